/* Tells every few seconds that the page is open, and shows who else has the document open. */
import { renew } from "./session.js";

const BEAT = 20_000;

function sentences(others, section) {
  return others.map((one) => `${one.name} has this document open too, ${one.section === section ? "in this section" : `in “${one.title}”`}.`);
}

export class Presence {
  constructor(form) {
    this.form = form;
    this.line = document.querySelector("[data-presence]");
  }

  start() {
    this.beat();
    setInterval(() => document.visibilityState === "visible" && this.beat(), BEAT);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.beat());
    window.addEventListener("pagehide", () => this.post({ leave: "1" }, { keepalive: true }).catch(() => {}));
  }

  post(more = {}, options = {}) {
    const data = new FormData();
    for (const name of ["csrfmiddlewaretoken", "session"]) data.set(name, this.form.elements[name].value);
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    return fetch(this.form.dataset.heartbeat, { method: "POST", body: data, redirect: "manual", ...options });
  }

  /* Answers how the page stands with the server: here, signed-out, other (somebody else is signed in), refused or offline. */
  async beat() {
    try {
      let response = await this.post();
      if (response.status === 403 && (await this.fetchToken())) response = await this.post();
      const standing = await this.standing(response);
      if (standing !== "here") return standing;
      return this.told(await response.json());
    } catch {
      return "offline";
    }
  }

  /* A stale token and a lost right both answer 403; the page itself, asked anew, tells them apart. */
  async standing(response) {
    if (response.ok) return "here";
    if (response.type === "opaqueredirect" || response.status === 401) return "signed-out";
    if (response.status !== 403) return "offline";
    const page = await fetch(location.pathname, { redirect: "manual" });
    return page.type === "opaqueredirect" ? "signed-out" : "refused";
  }

  told(answer) {
    if (String(answer.person) !== this.form.dataset.person) return "other";
    renew(answer.csrf);
    const found = sentences(answer.others, this.form.dataset.section).join(" ");
    if (this.line.textContent.trim() !== found) this.line.textContent = found;
    this.form.dispatchEvent(new CustomEvent("editor:beat", { detail: answer }));
    return "here";
  }

  /* Signing in again makes the page's token stale; the page itself, asked anew, holds a good one. */
  async fetchToken() {
    const response = await fetch(location.pathname, { redirect: "manual" });
    if (!response.ok) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const token = page.querySelector("[name=csrfmiddlewaretoken]");
    if (!token) return false;
    renew(token.value);
    return true;
  }
}
