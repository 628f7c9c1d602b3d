/* Warns before a form marked data-guard is left with text that was not saved. */
const dirty = new Set();

function isGuarded(target) {
  return target.form?.matches?.("form[data-guard]") ?? false;
}

export function start() {
  document.addEventListener("input", (event) => {
    if (isGuarded(event.target)) dirty.add(event.target.form);
  });
  document.addEventListener("submit", (event) => dirty.delete(event.target));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form[data-guard]");
    if (form && event.detail.successful && event.detail.requestConfig.verb !== "get") dirty.delete(form);
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of dirty) if (!form.isConnected) dirty.delete(form);
    if (dirty.size) event.preventDefault();
  });
}
