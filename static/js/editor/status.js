/* The line that says what is saved. Only a change of kind is spoken, so that a screen reader is not told every second. */
import { say } from "../say.js";

const SPOKEN = new Set(["offline", "signed-out", "error", "conflict", "invalid"]);
let last = "idle";

/* The way is a link at the end of the sentence, such as to signing in; it opens beside this page, which keeps the text. */
export function show(state, sentence, way = null) {
  const line = document.getElementById("save-status");
  /* What went wrong stays to be read, and its link to be clicked, while it is tried again. */
  if (!line || (state === "saving" && SPOKEN.has(last))) return;
  line.dataset.state = state;
  const words = line.querySelector("[data-status]");
  if (words.textContent.trim() !== [sentence, way?.words].filter(Boolean).join(" ")) {
    words.textContent = sentence;
    if (way) words.append(" ", Object.assign(document.createElement("a"), { href: way.href, target: "_blank", textContent: way.words }));
  }
  if (state !== last && (SPOKEN.has(state) || SPOKEN.has(last)) && state !== "saving") say(sentence);
  if (state !== "saving") last = state;
}

export function clock(when) {
  return when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

export function day(when) {
  return when.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

/* The page comes with the server's clock; the script goes on with the reader's, so it begins with it too. */
export function localise() {
  const time = document.querySelector("#save-status time");
  if (time) time.textContent = day(new Date(time.dateTime));
}
