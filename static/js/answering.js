/* Keys on a checklist: move from item to item, answer, confirm, choose, open. Only while an item has the focus; they go off with the others. */
import { isOff } from "./shortcuts.js";

const ANSWERS = { y: "yes", p: "partly", n: "no", a: "not-applicable" };
const TYPED = "textarea, select, dialog, input:not([type=radio], [type=checkbox])";

function rows() {
  return [...document.querySelectorAll("[data-item]")];
}

function current() {
  return document.activeElement?.closest("[data-item]");
}

function step(towards) {
  const every = rows();
  const at = every.indexOf(current());
  const row = every[at < 0 ? (towards > 0 ? 0 : every.length - 1) : at + towards];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
  return Boolean(row);
}

function answer(row, value) {
  const radio = row?.querySelector(`input[type=radio][value="${value}"]`);
  if (!radio) return false;
  row.focus();
  radio.click();
  return true;
}

function press(row, selector) {
  const element = row?.querySelector(selector);
  element?.click();
  return Boolean(element);
}

function onList(key) {
  const row = current();
  if (key === "j") return step(1);
  if (key === "k") return step(-1);
  if (key in ANSWERS) return answer(row, ANSWERS[key]);
  if (key === "c") return press(row, "[data-still]");
  if (key === "x") return press(row, "input[name=item]");
  return key === "o" && press(row, "[data-open]");
}

function onItem(key) {
  if (key === "j" || key === "k") return press(document, `[data-item-page] [rel=${key === "j" ? "next" : "prev"}]`);
  const radio = key in ANSWERS && document.querySelector(`#answer-form input[type=radio][value="${ANSWERS[key]}"]`);
  radio?.focus?.();
  radio?.click?.();
  return Boolean(radio);
}

function count() {
  const chosen = document.querySelectorAll("input[name=item][form=bulk]:checked").length;
  const told = document.querySelector("[data-chosen]");
  if (told && (chosen || told.dataset.chosen)) {
    told.dataset.chosen = "yes";
    told.textContent = `: ${chosen} chosen`;
  }
}

export function start() {
  document.addEventListener("change", (event) => event.target.matches("input[name=item][form=bulk]") && count());
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isOff() || event.target.closest?.(TYPED)) return;
    const isDone = document.querySelector("[data-item-page]") ? onItem(event.key) : rows().length > 0 && onList(event.key);
    if (isDone) event.preventDefault();
  });
}

export function reveal(root) {
  for (const line of root.querySelectorAll("[data-answer-keys]")) line.hidden = false;
}
