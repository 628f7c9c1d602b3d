/* Copy buttons: <button data-copy="text" hidden>. They appear only where copying works. */
import { say } from "./say.js";

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    say("This browser did not allow copying. Select the text and copy it by hand.");
    return;
  }
  button.classList.add("is-done");
  say("Copied.");
  setTimeout(() => button.classList.remove("is-done"), 1600);
}

export function reveal(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
}
