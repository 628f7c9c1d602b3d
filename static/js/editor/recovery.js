/* Offers again what was typed and never saved. */
import * as drafts from "./drafts.js";
import { fieldsOf, put, seen, text } from "./fields.js";
import { day } from "./status.js";

export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function waiting(form) {
  return fieldsOf(form)
    .map((field) => ({ field, draft: drafts.read(form, field.dataset.field) }))
    .filter(({ field, draft }) => {
      const isThere = draft && JSON.stringify(draft.entries) === text(field);
      if (isThere && !("unsaved" in form.dataset)) drafts.forget(form, field.dataset.field);
      return draft && !isThere;
    });
}

function row(form, { field, draft }, done) {
  const back = make("button", { type: "button", className: "button button-secondary button-small", textContent: "Put it back" });
  const away = make("button", { type: "button", className: "button button-quiet button-small", textContent: "Throw it away" });
  for (const button of [back, away]) button.setAttribute("aria-label", `${button.textContent}: ${field.dataset.title}`);
  const shown = draft.entries.filter(([name]) => !name.endsWith("-rows")).map(([, value]) => value).filter(Boolean).join(" · ");
  const words = shown.length > 160 ? `${shown.slice(0, 160)}…` : shown || "(emptied)";
  const item = make("li", {}, make("p", {}, make("strong", { textContent: field.dataset.title }), ` · ${day(new Date(draft.at))}`));
  item.append(make("p", { className: "muted", textContent: words }), make("div", { className: "cluster" }, back, away));
  back.addEventListener("click", () => {
    seen(field).value = draft.seen;
    put(field, draft.entries);
    done(item);
    field.querySelector("textarea, input:not([type=hidden]), select")?.focus();
  });
  away.addEventListener("click", () => {
    drafts.forget(form, field.dataset.field);
    done(item);
  });
  return item;
}

function links(form) {
  const nav = document.querySelector(".section-nav");
  return drafts.elsewhere(form).flatMap((section) => {
    const link = [...(nav?.querySelectorAll("a") ?? [])].find((one) => new URL(one.href).pathname.endsWith(`/${section}/`));
    return link ? [{ section, link: make("a", { href: link.href, textContent: link.querySelector(".section-nav-label").textContent }) }] : [];
  });
}

/* Of links to sections, those in which something still waits: what the server has by now, sent while a tab closed, is forgotten. */
export async function unsettled(place, links) {
  const standing = await Promise.all(links.map(async ({ section, link }) => {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
      const form = page.querySelector("form[data-editor]");
      if (form && form.dataset.person === place.dataset.person && form.dataset.section === section) waiting(form);
    } catch {
      /* Offline: it waits, as far as this browser knows. */
    }
    return drafts.elsewhere(place).includes(section) ? [link] : [];
  }));
  return standing.flat();
}

function elsewhere(found) {
  return make("p", {}, "Text that was not saved waits in: ", ...found.flatMap((link, place) => (place ? [", ", link] : [link])), ".");
}

export function told(found) {
  return make("div", { className: "callout callout-warning" }, make("div", { className: "callout-body" }, elsewhere(found)));
}

export async function start(form) {
  const place = document.querySelector("[data-recovery]");
  const found = waiting(form);
  const others = await unsettled(form, links(form));
  if (!place || (!found.length && !others.length)) return;
  const body = make("div", { className: "callout-body" });
  if (found.length) {
    const list = make("ul", { className: "recovered" });
    const done = (item) => {
      item.remove();
      if (!list.children.length) place.replaceChildren();
    };
    list.append(...found.map((one) => row(form, one, done)));
    body.append(make("p", { className: "callout-title", textContent: "This browser kept text that was not saved" }), list);
  }
  if (others.length) body.append(elsewhere(others));
  place.append(make("div", { className: "callout callout-warning" }, body));
}
