// Counts the seconds an activity was really in view; honest evidence for the learner's own record, never a gate.
export default function reading(article) {
  let seconds = 0, sent = 0, since = document.hidden ? 0 : Date.now();
  const pause = () => { if (since) { seconds += (Date.now() - since) / 1000; since = 0; } };
  const resume = () => { if (!since && !document.hidden) since = Date.now(); };
  const fresh = () => { pause(); resume(); return Math.max(0, Math.round(seconds) - sent); };
  document.querySelectorAll("form[data-finish]").forEach((form) => form.addEventListener("submit", () => {
    const field = form.elements.namedItem("seconds");
    if (field) { field.value = String(fresh()); sent += Number(field.value); }
  }));
  const send = () => {
    const count = fresh();
    if (count < 3) return;
    sent += count;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", article.dataset.token);
    body.set("report", JSON.stringify({ seconds: count }));
    navigator.sendBeacon(article.dataset.reportUrl, body);
  };
  document.addEventListener("visibilitychange", () => { if (document.hidden) { pause(); send(); } else resume(); });
  window.addEventListener("pagehide", () => { pause(); send(); });
}
