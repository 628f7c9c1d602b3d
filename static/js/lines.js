/* A link to a line of a text area puts the cursor there: <a href="#id_text" data-line="12">. */
export function start() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    const area = link && document.getElementById(link.hash.slice(1));
    if (!(area instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    const lines = area.value.split("\n");
    const line = Math.min(Number(link.dataset.line), lines.length);
    const from = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    area.focus();
    area.setSelectionRange(from, from + lines[line - 1].length);
    area.scrollTop = ((line - 4) * area.scrollHeight) / lines.length;
  });
}
