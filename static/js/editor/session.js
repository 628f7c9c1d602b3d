/* One session of editing is one tab: its saves go into one revision until a named save closes it. */
const KEY = "assay-editing";

export function name(form) {
  const key = `${KEY}:${form.dataset.person}:${form.dataset.document}`;
  const fresh = crypto.getRandomValues(new Uint32Array(4)).join("-").slice(0, 40);
  try {
    const found = sessionStorage.getItem(key) ?? fresh;
    sessionStorage.setItem(key, found);
    return found;
  } catch {
    return fresh;
  }
}

/* A new token after signing in again; every form of the page and every request of htmx gets it. */
export function renew(token) {
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
}
