/* On the page that reads a document: says in which sections this browser keeps text that was never saved. */
import * as drafts from "./drafts.js";
import { make, told, unsettled } from "./recovery.js";

const place = document.querySelector("[data-waiting]");
if (place) {
  const waits = drafts.elsewhere(place);
  const found = [...document.querySelectorAll("[data-writes]")].filter((one) => waits.includes(one.dataset.writes));
  const links = found.map((one) => ({ section: one.dataset.writes, link: make("a", { href: one.href, textContent: one.dataset.title }) }));
  unsettled(place, links).then((left) => left.length && place.append(told(left)));
}
