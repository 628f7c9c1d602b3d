/* Speaks a short sentence to screen readers, without moving anything on the page. */
let region;

export function say(sentence) {
  if (!region) {
    region = document.createElement("div");
    region.className = "visually-hidden";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = sentence;
  });
}
