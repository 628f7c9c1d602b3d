/* Light, dark, or as the system says; the choice is kept in this browser only. */
const KEY = "assay-theme";

function chosen() {
  return document.documentElement.dataset.theme ?? "system";
}

function show() {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen()));
  }
}

function choose(choice) {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    /* Storage is closed: the choice lasts until the next page. */
  }
  show();
}

export function start() {
  for (const group of document.querySelectorAll("[data-theme-toggle]")) group.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
  show();
}
