/* Sets the chosen colours before the first paint, so that nothing flashes. Runs blocking, in the head. */
(() => {
  try {
    const choice = localStorage.getItem("assay-theme");
    if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
  } catch {
    /* Storage is closed: the system's choice stands. */
  }
})();
