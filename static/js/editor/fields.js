/* The fields of the page: their controls, what stands in them, and putting something else there. */
import { resize } from "./rows.js";

const OURS = /^(seen|choose)-/;

export function fieldsOf(form) {
  return [...form.querySelectorAll("[data-field]")];
}

export function fieldOf(target) {
  return target.closest?.("[data-field]");
}

export function controls(field) {
  return [...field.querySelectorAll("[name]")].filter(
    (control) => !control.closest("[data-clash-place]") && !OURS.test(control.name) && control.name !== "table-do",
  );
}

export function entries(field) {
  return controls(field)
    .filter((control) => !["radio", "checkbox"].includes(control.type) || control.checked)
    .map((control) => [control.name, control.value]);
}

export function text(field) {
  return JSON.stringify(entries(field));
}

export function put(field, saved) {
  const values = new Map(saved);
  const count = field.querySelector("[data-table-count]");
  if (count && values.has(count.name)) resize(field.querySelector("[data-table]"), Number(values.get(count.name)));
  for (const control of controls(field)) {
    if (values.has(control.name)) control.value = values.get(control.name);
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function seen(field) {
  return field.querySelector("[data-seen]");
}

/* Shows sentences below a field as the server would have, and ties them to the control. */
export function showErrors(field, sentences) {
  const box = field.querySelector(".field");
  const control = controls(field).find((one) => one.type !== "hidden");
  if (!box || !control) return;
  const id = `${control.id}_error`;
  box.querySelector(".errorlist")?.remove();
  box.classList.toggle("field-invalid", sentences.length > 0);
  const described = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((word) => word && word !== id);
  if (sentences.length) {
    const list = Object.assign(document.createElement("ul"), { className: "errorlist", id });
    list.append(...sentences.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
    box.append(list);
    control.setAttribute("aria-invalid", "true");
    described.push(id);
  } else control.removeAttribute("aria-invalid");
  if (described.length) control.setAttribute("aria-describedby", described.join(" "));
  else control.removeAttribute("aria-describedby");
}
