/* Shows how far an upload is, and lets one cancel it. Without a script the same form is sent by the browser. */
import { say } from "./say.js";

const MEGABYTE = 1024 * 1024;

function shown(bytes) {
  return `${(bytes / MEGABYTE).toFixed(bytes < 10 * MEGABYTE ? 1 : 0)} MB`;
}

function complain(form, sentence) {
  form.querySelector(":scope > .callout")?.remove();
  const callout = document.createElement("div");
  callout.className = "callout callout-bad";
  callout.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.textContent = sentence;
  callout.append(text);
  form.prepend(callout);
  callout.scrollIntoView({ block: "nearest" });
}

function isRunning(form, running) {
  form.querySelector("[data-upload-progress]").hidden = !running;
  form.querySelector("[data-upload-cancel]").hidden = !running;
  for (const button of form.querySelectorAll("button[type=submit], input[type=file]")) button.disabled = running;
}

function progress(form, sent, total) {
  const percent = total ? Math.floor((100 * sent) / total) : 0;
  form.querySelector("progress").value = percent;
  form.querySelector("[data-upload-sent]").textContent = `${shown(sent)} of ${shown(total)}, ${percent} %`;
  const step = sent === total ? "Looking into the file" : "Uploading";
  const shownStep = form.querySelector("[data-upload-step]");
  if (shownStep.textContent !== step) say(step);
  shownStep.textContent = step;
}

function answered(form, request, address) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  if (request.status === 200 && request.responseURL !== address) {
    location.assign(request.responseURL);
    return;
  }
  isRunning(form, false);
  const reasons = [...page.querySelectorAll("form[data-upload] > .callout li")].map((one) => one.textContent.trim());
  const sentence = page.querySelector("main .callout p, main p")?.textContent.trim();
  complain(form, reasons.join(" ") || sentence || `The upload was refused (${request.status}). Load the page again.`);
}

function send(form) {
  const content = new FormData(form);
  const request = new XMLHttpRequest();
  const address = form.action || location.href;
  request.open("POST", address);
  request.upload.addEventListener("progress", (event) => progress(form, event.loaded, event.total));
  request.addEventListener("load", () => answered(form, request, address));
  request.addEventListener("error", () => {
    isRunning(form, false);
    complain(form, "The connection broke off. Nothing was kept; send the file again.");
  });
  request.addEventListener("abort", () => {
    isRunning(form, false);
    complain(form, "The upload was cancelled. Nothing was kept.");
  });
  form.querySelector("[data-upload-cancel]").onclick = () => request.abort();
  isRunning(form, true);
  progress(form, 0, content.get("file").size);
  say("Uploading");
  request.send(content);
}

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("form[data-upload]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    const file = form.querySelector("input[type=file]").files[0];
    if (file && file.size > Number(form.dataset.mostBytes)) complain(form, form.dataset.tooLarge);
    else send(form);
  });
}
