/* What was typed and is not saved yet is kept in this browser, by person, document and field. */
const PREFIX = "assay-draft";

function keyOf(form, field) {
  return [PREFIX, form.dataset.person, form.dataset.document, form.dataset.section, field].join(":");
}

export function keep(form, field, entries, seen) {
  const draft = { entries, seen, title: field.dataset.title, at: Date.now() };
  try {
    localStorage.setItem(keyOf(form, field.dataset.field), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function forget(form, name) {
  try {
    localStorage.removeItem(keyOf(form, name));
  } catch {
    /* Storage is closed: there is nothing to forget. */
  }
}

export function read(form, name) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(form, name)));
  } catch {
    return null;
  }
}

/* Sections of this document, other than the open one, in which something waits. */
export function elsewhere(form) {
  const start = [PREFIX, form.dataset.person, form.dataset.document, ""].join(":");
  try {
    const found = Object.keys(localStorage).filter((key) => key.startsWith(start));
    return [...new Set(found.map((key) => key.slice(start.length).split(":")[0]))].filter((one) => one !== form.dataset.section);
  } catch {
    return [];
  }
}
