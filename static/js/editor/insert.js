/* Puts text where the cursor was last: tokens of figures, and newest figures in place of older ones. */
import { say } from "../say.js";
import { controls, fieldOf, fieldsOf } from "./fields.js";

let last;

function isText(target) {
  return target.matches?.("textarea, input[type=text]") && fieldOf(target) && !target.closest("[data-clash-place]");
}

export function insert(text) {
  if (!last?.isConnected) {
    say("Put the cursor into an answer first.");
    return false;
  }
  last.focus();
  last.setRangeText(text, last.selectionStart, last.selectionEnd, "end");
  last.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

function swap(button) {
  for (const control of controls(fieldOf(button))) {
    if (!control.value.includes(button.dataset.swap)) continue;
    control.value = control.value.replaceAll(button.dataset.swap, button.dataset.for);
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.focus();
  }
  button.closest("li").replaceChildren("The newest figure is in the answer now.");
  say("The newest figure is in the answer now.");
}

/* What the numbers of an answer say, as the server found it when it saved them. */
function tell(form, figures) {
  for (const field of fieldsOf(form)) {
    const place = field.querySelector("[data-measured]");
    const html = figures[field.dataset.field];
    if (html === undefined || place.dataset.told === html) continue;
    place.dataset.told = html;
    place.innerHTML = html;
    reveal(place);
  }
}

function reveal(root) {
  for (const button of root.querySelectorAll("[data-insert][hidden], [data-swap][hidden]")) button.hidden = false;
}

export function start(form) {
  form.addEventListener("focusin", (event) => {
    if (isText(event.target)) last = event.target;
  });
  document.addEventListener("click", (event) => {
    const token = event.target.closest("[data-insert]");
    if (token && insert(token.dataset.insert)) say("Inserted.");
    const newer = event.target.closest("[data-swap]");
    if (newer) swap(newer);
  });
  form.addEventListener("editor:saved", ({ detail }) => tell(form, detail.figures));
  document.addEventListener("htmx:load", (event) => reveal(event.detail.elt.parentElement ?? document));
  reveal(document);
}
