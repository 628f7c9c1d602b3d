/* Saves by itself a second after typing stops and when a field is left. What is not saved yet is kept in the browser. */
import * as drafts from "./drafts.js";
import { entries, fieldOf, fieldsOf, put, seen, showErrors, text } from "./fields.js";
import { clock, show } from "./status.js";

const QUIET = 1000;
const WAITS = [3, 6, 15, 30, 60];
const MOST_AT_LEAVING = 60_000;

export class Saving {
  constructor(form) {
    this.form = form;
    const isSaved = !("unsaved" in form.dataset);
    this.saved = new Map(fieldsOf(form).map((field) => [field.dataset.field, isSaved ? text(field) : null]));
    this.refused = new Map();
    this.clashing = new Set([...form.querySelectorAll("[data-clash]")].map((one) => fieldOf(one).dataset.field));
    this.failures = 0;
    this.keeps = true;
  }

  start() {
    const { form } = this;
    form.addEventListener("input", (event) => this.typed(event.target));
    form.addEventListener("change", (event) => this.typed(event.target));
    form.addEventListener("focusout", (event) => {
      const field = fieldOf(event.target);
      if (field && !field.contains(event.relatedTarget)) this.soon(0);
    });
    form.addEventListener("click", (event) => event.target.closest("[data-choose]") && this.choose(event.target.closest("[data-clash]")));
    form.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("online", () => this.soon(0));
    window.addEventListener("offline", () => this.offline());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.leave());
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.isLeaving = false;
    });
    this.reveal(form);
    if ("unsaved" in form.dataset) this.soon(0);
  }

  typed(target) {
    const field = fieldOf(target);
    if (!field || target.closest("[data-clash-place]")) return;
    if (this.saved.get(field.dataset.field) === text(field)) drafts.forget(this.form, field.dataset.field);
    else this.keeps = drafts.keep(this.form, field, entries(field), seen(field).value) && this.keeps;
    this.soon(QUIET);
  }

  waiting() {
    return fieldsOf(this.form).filter((field) => {
      const name = field.dataset.field;
      return !this.clashing.has(name) && text(field) !== this.saved.get(name) && text(field) !== this.refused.get(name);
    });
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  body(fields) {
    const data = new FormData();
    for (const name of ["csrfmiddlewaretoken", "based_on", "session"]) data.set(name, this.form.elements[name].value);
    for (const field of fields) {
      for (const [name, value] of entries(field)) data.append(name, value);
      data.append(seen(field).name, seen(field).value);
    }
    return data;
  }

  async save() {
    clearTimeout(this.timer);
    if (this.busy) return this.busy;
    const fields = this.waiting();
    if (!fields.length) return this.settled();
    this.busy = this.send(fields);
    const isDone = await this.busy;
    this.busy = null;
    if (isDone && this.waiting().length) return this.save();
    return isDone;
  }

  async send(fields) {
    const sent = fields.map((field) => [field, text(field)]);
    show("saving", "Saving…");
    let response;
    try {
      response = await fetch(this.form.dataset.autosave, { method: "POST", body: this.body(fields), redirect: "manual" });
    } catch {
      return this.offline();
    }
    if (response.type === "opaqueredirect" || response.status === 401) return this.signedOut();
    if (response.status === 403) return this.refusedAt(fields);
    if (!response.ok) return this.failed(response);
    try {
      this.taken(sent, await response.json());
    } catch {
      return this.failed(response);
    }
    return this.settled();
  }

  taken(sent, answer) {
    this.failures = 0;
    this.form.elements.based_on.value = answer.revision;
    this.at = new Date(answer.saved_at);
    for (const [field, was] of sent) {
      const name = field.dataset.field;
      this.refused.delete(name);
      showErrors(field, name in answer.errors ? [answer.errors[name]] : []);
      if (name in answer.errors) this.refused.set(name, was);
      if (name in answer.clashes) this.clash(field, answer.clashes[name]);
      if (!(name in answer.seen)) continue;
      seen(field).value = answer.seen[name];
      this.saved.set(name, was);
      if (text(field) === was) drafts.forget(this.form, name);
    }
    this.form.dispatchEvent(new CustomEvent("editor:saved", { detail: answer }));
  }

  settled() {
    if (this.clashing.size) show("conflict", "Somebody else changed the same field. Choose below it; your text is kept.");
    else if (this.refused.size) show("invalid", "A field needs mending before it can be saved. Its text is kept in this browser.");
    else if (this.at) show("saved", `Saved at ${clock(this.at)}`);
    return !this.clashing.size && !this.refused.size;
  }

  kept() {
    return this.keeps ? "Your text is kept in this browser" : "This browser keeps no copy, so leave the page open";
  }

  again() {
    const wait = WAITS[Math.min(this.failures, WAITS.length - 1)];
    this.failures += 1;
    this.soon(wait * 1000);
    return wait;
  }

  offline() {
    this.again();
    show("offline", `Offline. ${this.kept()} and saved when the connection is back.`);
    return false;
  }

  signedOut() {
    this.again();
    const way = { href: this.form.dataset.signIn, words: "Sign in in another tab" };
    show("signed-out", `You are signed out. ${this.kept()}, and saving goes on here once you are back.`, way);
    return false;
  }

  async refusedAt(fields) {
    const standing = await this.standing();
    if (standing === "here" && !this.isRetried) {
      this.isRetried = true;
      const isDone = await this.send(fields);
      this.isRetried = false;
      return isDone;
    }
    return this.explain(standing);
  }

  explain(standing) {
    if (standing === "signed-out") return this.signedOut();
    if (standing === "offline") return this.offline();
    const why = standing === "other" ? "Somebody else is signed in here now" : "You may not write here any more";
    show("error", `${why}. ${this.kept()}.`);
    return false;
  }

  failed(response) {
    const wait = this.again();
    show("error", `Not saved: the server answered ${response.status}. ${this.kept()}; next try in ${wait} seconds.`);
    return false;
  }

  clash(field, { html, seen: theirs }) {
    this.clashing.add(field.dataset.field);
    field.querySelector("[data-clash-place]").innerHTML = html;
    field.dataset.theirs = theirs;
    this.reveal(field);
  }

  reveal(root) {
    for (const button of root.querySelectorAll("[data-choose]")) button.hidden = false;
  }

  choose(clash) {
    const field = fieldOf(clash);
    const name = field.dataset.field;
    if (field.dataset.theirs) seen(field).value = field.dataset.theirs;
    this.clashing.delete(name);
    const choice = clash.querySelector("input[type=radio]:checked").value;
    const taken = clash.querySelector(`[data-take="${choice}"]`);
    clash.remove();
    if (taken) put(field, [...taken.content.querySelectorAll("[name]")].map((control) => [control.name, control.value]));
    if (choice === "theirs") {
      this.saved.set(name, text(field));
      drafts.forget(this.form, name);
    }
    this.soon(0);
    field.querySelector("textarea, input:not([type=hidden]), select")?.focus();
  }

  /* A named save goes as a form, and only when the server can be reached: a page of the browser's own would hide the text. */
  async submit(event) {
    const button = event.submitter;
    if (button?.name === "table-do" || this.isLeaving) return;
    event.preventDefault();
    await this.save();
    const isStuck = ["offline", "signed-out", "error"].includes(document.getElementById("save-status").dataset.state);
    if (isStuck && this.waiting().length) return;
    const standing = await this.standing();
    if (standing !== "here") return this.explain(standing);
    this.isLeaving = true;
    this.form.requestSubmit(button);
  }

  leave() {
    const fields = this.waiting();
    if (!fields.length || this.isLeaving) return;
    const body = this.body(fields);
    const size = [...body.values()].reduce((sum, value) => sum + value.length * 3, 0);
    if (size < MOST_AT_LEAVING) fetch(this.form.dataset.autosave, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => {});
  }
}
