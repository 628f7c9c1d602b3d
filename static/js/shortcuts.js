/* Keys: "/" to search, "g" and a letter to go somewhere, "?" for this list. Never while something is typed; they can be turned off. */
const PLACES = { h: "Home", m: "Models", d: "Datasets", r: "Releases", p: "Policies", j: "Journal" };
const CHECKLIST = [
  ["j", "Next item"],
  ["k", "Previous item"],
  ["y", "Answer: yes"],
  ["p", "Answer: partly"],
  ["n", "Answer: no"],
  ["a", "Answer: not applicable"],
];
const EDITOR = [
  [["Ctrl", "S"], "Save"],
  [["Alt", "Page Down"], "Next section"],
  [["Alt", "Page Up"], "Section before"],
  [["Ctrl", "B"], "Bold"],
  [["Ctrl", "I"], "Italic"],
];
const OFF = "assay-keys-off";
const WAIT = 1200;
let goingUntil = 0;
let dialog;

export function isOff() {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false;
  }
}

function turn(on) {
  try {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    /* Storage is closed: the keys stay on. */
  }
}

function isTyping(target) {
  return target.isContentEditable || target.closest?.("input, textarea, select, dialog");
}

function linkTo(label) {
  return [...document.querySelectorAll(".site-nav a")].find((link) => link.textContent.trim() === label);
}

function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function row(keys, meaning) {
  const caps = keys.flatMap((key) => [make("kbd", { textContent: key }), " "]);
  return make("div", {}, make("dt", {}, ...caps), make("dd", { textContent: meaning }));
}

function list() {
  const places = Object.entries(PLACES).filter(([, label]) => linkTo(label));
  const rows = places.map(([key, label]) => row(["g", key], label));
  const isChecklist = document.querySelector("[data-item], [data-item-page]");
  const here = isChecklist ? CHECKLIST.map(([key, meaning]) => row([key], meaning)) : [];
  if (document.querySelector("form[data-editor]")) here.push(...EDITOR.map(([keys, meaning]) => row(keys, meaning)));
  return make("dl", { className: "keys" }, row(["/"], "Search models"), ...rows, ...here, row(["?"], "Show these keys"), row(["Esc"], "Close"));
}

function build() {
  const title = make("h2", { id: "keys-title", textContent: "Keys" });
  const box = make("input", { type: "checkbox", checked: !isOff() });
  const close = make("button", { className: "button button-secondary", textContent: "Close" });
  box.addEventListener("change", () => turn(box.checked));
  const choice = make("label", { className: "check" }, box, make("span", { textContent: "Use these keys" }));
  const window = make("dialog", { className: "dialog" }, title, list(), choice, make("form", { method: "dialog" }, close));
  window.setAttribute("aria-labelledby", title.id);
  document.body.append(window);
  return window;
}

function show() {
  (dialog ??= build()).showModal();
}

function go(key) {
  goingUntil = 0;
  const link = linkTo(PLACES[key]);
  link?.click();
  return Boolean(link);
}

function press(key) {
  if (Date.now() < goingUntil) return go(key);
  if (key === "g") goingUntil = Date.now() + WAIT;
  if (key === "?") show();
  const search = document.getElementById("site-search");
  if (key === "/") search?.focus();
  return key === "?" || (key === "/" && search !== null);
}

export function start() {
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", show);
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isOff()) return;
    if (press(event.key)) event.preventDefault();
  });
}
