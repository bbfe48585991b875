// An answer on its way is kept on the device until the server has it, and sent again by itself when the line comes back.
import { fillFields, readFields } from "../../design/behaviours/form-fields.js";
import connection from "./connection.js";

const PREFIX = "bina-answer:";
const AGAIN_AFTER = 6000;

export default function keptAnswer(form) {
  connection();
  const key = PREFIX + form.dataset.kept;
  const forget = () => { try { localStorage.removeItem(key); } catch { /* nothing to remove */ } };
  try {
    // Answers to earlier questions have arrived, or this one would not have been asked.
    Object.keys(localStorage).filter((name) => name.startsWith(PREFIX) && name !== key).forEach((name) => localStorage.removeItem(name));
    const kept = JSON.parse(localStorage.getItem(key) || "null");
    if (kept) fillFields(form, kept);
  } catch { forget(); }
  form.addEventListener("change", () => {
    try { localStorage.setItem(key, JSON.stringify(readFields(form))); } catch { /* storage full: the form itself still holds the answer */ }
  });
  // The server has it: nothing of it stays on a device that others may use.
  form.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) forget(); });
  let button = null, waiting = 0;
  const send = () => { clearTimeout(waiting); if (form.isConnected && button) form.requestSubmit(button); };
  form.addEventListener("submit", (event) => { button = event.submitter; });
  const later = () => { clearTimeout(waiting); waiting = setTimeout(send, AGAIN_AFTER); };
  form.addEventListener("htmx:sendError", later);
  form.addEventListener("htmx:timeout", later);
  const online = () => { if (!form.isConnected) { window.removeEventListener("online", online); return; } if (waiting) send(); };
  window.addEventListener("online", online);
}
