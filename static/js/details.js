/* Menus and confirmations are <details>: Escape and a click elsewhere close them, "Cancel" closes its own. */
const OPEN = "details.menu[open], details.confirm[open]";

function close(details) {
  details.open = false;
  details.querySelector("summary").focus();
}

export function reveal(root) {
  for (const button of root.querySelectorAll("[data-close-details][hidden], [data-dismiss][hidden]")) button.hidden = false;
}

export function start() {
  document.addEventListener("click", (event) => {
    const cancel = event.target.closest("[data-close-details]");
    if (cancel) close(cancel.closest("details"));
    event.target.closest("[data-dismiss]")?.closest(".callout").remove();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const inside = event.target.closest?.(OPEN) ?? document.querySelector(OPEN);
    if (inside) close(inside);
  });
}
