/* Starts what makes the pages pleasant. Every page works without it. */
import * as answering from "./answering.js";
import * as copy from "./copy.js";
import * as details from "./details.js";
import * as dirty from "./dirty.js";
import * as lines from "./lines.js";
import * as mentions from "./mentions.js";
import * as shortcuts from "./shortcuts.js";
import * as theme from "./theme.js";
import * as upload from "./upload.js";

for (const part of [copy, details, dirty, lines, mentions, shortcuts, theme, upload, answering]) part.start();

function reveal(root) {
  answering.reveal(root);
  copy.reveal(root);
  details.reveal(root);
}

reveal(document);
document.addEventListener("htmx:load", (event) => reveal(event.detail.elt.parentElement ?? document));
