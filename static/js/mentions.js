/* Completes a name after "@" in a comment: arrow keys, Enter or Tab, Escape. Without this script the name is typed. */
import { say } from "./say.js";

const START = /(?:^|[^\p{L}\p{N}])@([\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N} .'’-]{0,58})?$/u;
const QUIET = 120;
let box;
let field;
let timer;
let asked = 0;

function typed(area) {
  return area.selectionStart === area.selectionEnd ? START.exec(area.value.slice(0, area.selectionStart)) : null;
}

function options() {
  return box ? [...box.querySelectorAll("[role=option]")] : [];
}

function close() {
  clearTimeout(timer);
  asked += 1;
  box?.remove();
  for (const name of ["aria-controls", "aria-activedescendant"]) field?.removeAttribute(name);
  box = field = undefined;
}

function mark(place) {
  const all = options();
  const wanted = all.at(place % all.length);
  for (const one of all) one.setAttribute("aria-selected", String(one === wanted));
  field.setAttribute("aria-activedescendant", wanted.id);
  wanted.scrollIntoView({ block: "nearest" });
}

function choose(option) {
  const area = field;
  const [, word = ""] = typed(area) ?? [];
  const name = option.textContent;
  area.setRangeText(`${name} `, area.selectionStart - word.length, area.selectionStart, "end");
  close();
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
  say(`${name} will be told.`);
}

function show(area, names) {
  const isNew = field !== area || !box;
  if (isNew) close();
  field = area;
  if (isNew) {
    box = Object.assign(document.createElement("ul"), { className: "mentions", id: `${area.id}-people` });
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", "People");
    area.after(box);
  }
  box.replaceChildren(
    ...names.map((name, place) => {
      const item = Object.assign(document.createElement("li"), { textContent: name, id: `${area.id}-person-${place}` });
      item.setAttribute("role", "option");
      return item;
    }),
  );
  area.setAttribute("aria-controls", box.id);
  mark(0);
  if (isNew) say(`${names.length === 1 ? "1 person" : `${names.length} people`}. Arrow keys choose, Enter takes.`);
}

async function look(area) {
  const found = typed(area);
  if (!found) return close();
  const mine = (asked += 1);
  let names = [];
  try {
    const response = await fetch(`${area.dataset.mentions}?${new URLSearchParams({ start: found[1] ?? "" })}`, { redirect: "manual" });
    if (response.ok) names = (await response.json()).people;
  } catch {
    /* Offline: the name is typed by hand. */
  }
  if (mine !== asked || document.activeElement !== area) return;
  const isWhole = names.some((name) => (found[1] ?? "").trim().toLowerCase() === name.toLowerCase() && /\s$/.test(found[1]));
  if (names.length && !isWhole) show(area, names);
  else close();
}

function pressed(event) {
  if (!box || event.target !== field || event.isComposing) return;
  const place = options().findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") mark(place + 1);
  else if (event.key === "ArrowUp") mark(place - 1);
  else if (event.key === "Enter" || event.key === "Tab") choose(options()[place]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function start() {
  document.addEventListener("input", (event) => {
    const area = event.target;
    if (!area.matches?.("textarea[data-mentions]")) return;
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-haspopup", "listbox");
    clearTimeout(timer);
    if (typed(area)) timer = setTimeout(() => look(area), QUIET);
    else close();
  });
  document.addEventListener("keydown", pressed, true);
  document.addEventListener("focusout", (event) => event.target === field && close());
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.(".mentions [role=option]");
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
}
