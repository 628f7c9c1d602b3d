/* Keeps what the page says of the document true while it is saved: counts by section, and questions that an answer opens or closes. */
import { fieldsOf, seen } from "./fields.js";

function count(sections) {
  for (const link of document.querySelectorAll(".section-nav a")) {
    const key = new URL(link.href).pathname.split("/").filter(Boolean).at(-1);
    const number = link.querySelector(".num");
    if (number && key in sections) number.textContent = sections[key].join("/");
  }
}

function offer(form, asked) {
  const there = fieldsOf(form).map((field) => field.dataset.field);
  const isSame = there.length === asked.length && there.every((name) => asked.includes(name));
  let note = form.querySelector("[data-reload]");
  if (isSame) note?.remove();
  if (isSame || note) return;
  note = Object.assign(document.createElement("p"), { className: "small" });
  note.dataset.reload = "";
  note.setAttribute("role", "status");
  const link = Object.assign(document.createElement("a"), { href: location.pathname, textContent: "Show the questions as they are now" });
  note.append("Your answer changes which questions are asked. ", link, ".");
  form.querySelector(".save-bar").before(note);
}

/* An answer that somebody else changed while it lay here untouched: a word and a way to see it; typing in it ends in a choice. */
function mark(form, fields) {
  for (const field of fieldsOf(form)) {
    const isOlder = field.dataset.field in fields && seen(field).value !== fields[field.dataset.field];
    const note = field.querySelector("[data-older]");
    if (!isOlder || field.querySelector("[data-clash]")) note?.remove();
    if (!isOlder || note || field.querySelector("[data-clash]")) continue;
    const link = Object.assign(document.createElement("a"), { href: location.pathname, textContent: "Load the page again" });
    const line = Object.assign(document.createElement("p"), { className: "small presence" });
    line.dataset.older = "";
    line.append("Somebody else has changed this answer since. ", link, " to see it.");
    field.append(line);
  }
}

export function start(form) {
  form.addEventListener("editor:beat", ({ detail }) => mark(form, detail.fields));
  form.addEventListener("editor:saved", ({ detail }) => {
    count(detail.sections);
    offer(form, detail.asked);
  });
}
