/* Rows of a table are added, removed and moved at once; without this script the same buttons ask the server. */
import { say } from "../say.js";

const MOST = 500;

function rows(table) {
  return [...table.querySelectorAll("tbody > tr")];
}

function number(table) {
  rows(table).forEach((row, place) => {
    for (const input of row.querySelectorAll("input")) {
      input.name = input.name.replace(/-\d+-([^-]+)$/, `-${place}-$1`);
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/row \d+$/, `row ${place + 1}`));
    }
    for (const button of row.querySelectorAll("button")) {
      button.value = button.value.replace(/\d+$/, place);
      button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/row \d+/i, (word) => word.replace(/\d+/, place + 1)));
    }
  });
  table.querySelector("[data-table-count]").value = rows(table).length;
}

function blank(table) {
  const row = rows(table).at(-1).cloneNode(true);
  for (const input of row.querySelectorAll("input")) {
    input.value = "";
    input.removeAttribute("id");
  }
  return row;
}

export function resize(table, wanted) {
  while (rows(table).length < Math.min(wanted, MOST)) table.querySelector("tbody").append(blank(table));
  number(table);
}

function step(table, button) {
  const [, what] = button.value.split(" ");
  const row = button.closest("tr");
  if (what === "add" && rows(table).length < MOST) {
    table.querySelector("tbody").append(blank(table));
    number(table);
    rows(table).at(-1).querySelector("input").focus();
    return;
  }
  const place = rows(table).indexOf(row);
  if (what === "up" && place > 0) row.previousElementSibling.before(row);
  if (what === "down" && row.nextElementSibling) row.nextElementSibling.after(row);
  if (what === "remove") {
    const id = row.querySelector("input[id]")?.id;
    if (rows(table).length === 1) table.querySelector("tbody").append(blank(table));
    (row.nextElementSibling ?? row.previousElementSibling).querySelector("input").focus();
    row.remove();
    if (id) rows(table)[0].querySelector("input").id = id;
    say("Row removed.");
  } else if (what === "up" || what === "down") {
    button.focus();
    say(`Row ${rows(table).indexOf(row) + 1} of ${rows(table).length}.`);
  }
  number(table);
}

export function start(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=table-do]");
    if (!button) return;
    event.preventDefault();
    const table = button.closest("[data-table]");
    step(table, button);
    table.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
