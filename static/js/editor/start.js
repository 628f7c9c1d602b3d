/* Starts the editor. Without it the form saves when a button is pressed, and nothing else is lost. */
import * as insert from "./insert.js";
import * as keys from "./keys.js";
import { Presence } from "./presence.js";
import * as progress from "./progress.js";
import * as recovery from "./recovery.js";
import * as rows from "./rows.js";
import { Saving } from "./saving.js";
import { name } from "./session.js";
import { localise } from "./status.js";
import * as toolbar from "./toolbar.js";

const form = document.querySelector("form[data-editor]");
if (form) {
  form.elements.session.value = name(form);
  form.removeAttribute("data-guard");
  localise();
  const saving = new Saving(form);
  const presence = new Presence(form);
  saving.standing = () => presence.beat();
  rows.start(form);
  insert.start(form);
  toolbar.start(form);
  saving.start();
  recovery.start(form);
  presence.start();
  progress.start(form);
  keys.start(form, saving);
  document.querySelector(".section-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}
