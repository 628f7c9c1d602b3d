/* Ctrl or Cmd and S saves; Alt and Page Up or Page Down goes to the section before or after, saving on the way. */
export function start(form, saving) {
  document.addEventListener("keydown", async (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[name=save]"));
    }
    if (!event.altKey || event.ctrlKey || event.metaKey || !["PageUp", "PageDown"].includes(event.key)) return;
    event.preventDefault();
    const here = document.querySelector(".section-nav [aria-current=page]")?.closest("li");
    const link = (event.key === "PageUp" ? here?.previousElementSibling : here?.nextElementSibling)?.querySelector("a");
    if (!link) return;
    await saving.save();
    link.click();
  });
}
