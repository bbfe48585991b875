// Small behaviours, each switched on by a data attribute; every page works without them.
import htmx from "htmx.org";
import { fillFields, readFields } from "./form-fields.js";

// What was swapped in takes the focus at once: a key pressed in the wait before it would be lost.
htmx.config.defaultSettleDelay = 0;

// A stored theme wins over the system's; "auto" removes the choice.
const applyTheme = (choice) => {
  if (choice === "bina" || choice === "bina-dark") document.documentElement.dataset.theme = choice;
  else delete document.documentElement.dataset.theme;
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-set-theme]");
  if (!button) return;
  try { localStorage.setItem("bina-theme", button.dataset.setTheme); } catch { /* private mode: the choice lasts for this page */ }
  applyTheme(button.dataset.setTheme);
});

// A second click on "send" must not send twice; the button says that it is working.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("hx-post") || form.dataset.keepEnabled !== undefined || event.defaultPrevented) return;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => form.querySelectorAll("button[type=submit],button:not([type])").forEach((b) => { b.setAttribute("aria-disabled", "true"); }), 0);
});
// Coming back with the back button finds the form usable again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => {
  delete f.dataset.sent; f.querySelectorAll("[aria-disabled]").forEach((b) => b.removeAttribute("aria-disabled"));
}));

// Nothing typed is lost: forms with data-draft keep a local copy until they are sent.
const drafts = () => document.querySelectorAll("form[data-draft]").forEach((form) => {
  const key = "bina-draft:" + form.dataset.draft;
  try {
    const kept = JSON.parse(localStorage.getItem(key) || "null");
    if (kept && form.dataset.draftFresh === undefined) fillFields(form, kept, true);
  } catch { /* a broken draft is no reason to break the form */ }
  form.addEventListener("input", () => {
    try { localStorage.setItem(key, JSON.stringify(readFields(form))); } catch { /* storage full: the form itself still holds the text */ }
  });
  form.addEventListener("submit", () => { try { localStorage.removeItem(key); } catch { /* nothing to remove */ } });
});

// Pages that need more (video, passkeys, ordering) name a module; it is loaded only there.
const modules = () => document.querySelectorAll("[data-module]").forEach((element) => {
  if (element.dataset.moduleLoaded) return;
  element.dataset.moduleLoaded = "1";
  import(element.dataset.module).then((module) => module.default(element));
});
const start = () => { drafts(); modules(); };
document.addEventListener("htmx:afterSettle", modules);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
