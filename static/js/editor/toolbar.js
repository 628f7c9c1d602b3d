/* A small toolbar above each answer in Markdown, and a preview by the renderer that pages and the PDF use. */
const MARKS = [
  ["Bold", "B", "**", "**", "bold text"],
  ["Italic", "I", "*", "*", "text"],
  ["Code", "‹›", "`", "`", "code"],
  ["Link", "Link", "[", "](https://)", "title"],
];
const LINES = [
  ["Heading", "H", "## "],
  ["List", "• List", "- "],
  ["Numbered list", "1. List", "1. "],
  ["Quote", "“ ”", "> "],
];
const TABLE = "| Name | Value |\n| --- | --- |\n|  |  |\n";

function changed(area) {
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}

function wrap(area, before, after, word) {
  const { selectionStart: start, selectionEnd: end } = area;
  const inside = area.value.slice(start, end) || word;
  area.setRangeText(`${before}${inside}${after}`, start, end, "end");
  area.setSelectionRange(start + before.length, start + before.length + inside.length);
  changed(area);
}

function prefix(area, mark) {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const lines = area.value.slice(start, area.selectionEnd).split("\n");
  area.setRangeText(lines.map((line) => `${mark}${line}`).join("\n"), start, area.selectionEnd, "end");
  changed(area);
}

function button(label, words, act) {
  const element = Object.assign(document.createElement("button"), { type: "button", className: "toolbar-button", textContent: words, title: label });
  element.setAttribute("aria-label", label);
  element.addEventListener("click", act);
  return element;
}

async function preview(area, pane, form) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.set("text", area.value);
  try {
    const response = await fetch(form.dataset.preview, { method: "POST", body: data, redirect: "manual" });
    if (!response.ok) throw new Error(response.status);
    pane.innerHTML = (await response.text()) || "<p>Nothing is written yet.</p>";
  } catch {
    pane.textContent = "The preview cannot be fetched now.";
  }
}

function build(area, form) {
  const bar = Object.assign(document.createElement("div"), { className: "toolbar" });
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", `Formatting: ${area.closest("[data-field]").dataset.title}`);
  bar.setAttribute("aria-controls", area.id);
  const pane = Object.assign(document.createElement("div"), { className: "prose preview", hidden: true, tabIndex: 0 });
  pane.setAttribute("role", "region");
  pane.setAttribute("aria-label", "Preview");
  const marks = MARKS.map(([label, words, before, after, word]) => button(label, words, () => wrap(area, before, after, word)));
  const lines = LINES.map(([label, words, mark]) => button(label, words, () => prefix(area, mark)));
  const table = button("Table", "Table", () => wrap(area, `\n${TABLE}`, "", ""));
  const look = button("Preview", "Preview", async () => {
    pane.hidden = !pane.hidden;
    area.hidden = !pane.hidden;
    look.setAttribute("aria-pressed", String(!pane.hidden));
    for (const one of bar.children) if (one !== look) one.disabled = !pane.hidden;
    if (!pane.hidden) await preview(area, pane, form);
    else area.focus();
  });
  look.setAttribute("aria-pressed", "false");
  look.classList.add("toolbar-end");
  bar.append(...marks, ...lines, table, look);
  rove(bar);
  area.before(bar);
  area.after(pane);
}

/* One stop for Tab, arrows inside, as toolbars have it. */
function rove(bar) {
  const all = [...bar.children];
  all.forEach((one, place) => (one.tabIndex = place ? -1 : 0));
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const open = all.filter((one) => !one.disabled);
    const next = open[(open.indexOf(document.activeElement) + step + open.length) % open.length];
    all.forEach((one) => (one.tabIndex = one === next ? 0 : -1));
    next.focus();
  });
}

export function start(form) {
  for (const area of form.querySelectorAll("textarea[data-markdown]")) build(area, form);
  form.addEventListener("keydown", (event) => {
    if (!event.target.matches("textarea[data-markdown]") || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const mark = { b: MARKS[0], i: MARKS[1] }[event.key.toLowerCase()];
    if (!mark) return;
    event.preventDefault();
    wrap(event.target, mark[2], mark[3], mark[4]);
  });
}
