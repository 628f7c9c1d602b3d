/* On the page that reads a document: says in which sections this browser keeps text that was never saved. */
import * as drafts from "./drafts.js";
import { make, told } from "./recovery.js";

const place = document.querySelector("[data-waiting]");
if (place) {
  const waits = drafts.elsewhere(place);
  const links = [...document.querySelectorAll("[data-writes]")].filter((one) => waits.includes(one.dataset.writes));
  if (links.length) place.append(told(links.map((one) => make("a", { href: one.href, textContent: one.dataset.title }))));
}
