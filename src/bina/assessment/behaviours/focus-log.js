// A formal attempt notes when its screen is left and when the person is back; which is said before it begins.
export default function focusLog(element) {
  const { report } = element.dataset;
  const token = element.querySelector("input[name=csrfmiddlewaretoken]").value;
  let away = false, leaving = false;
  const send = (kind) => {
    const sent = new FormData();
    sent.append("csrfmiddlewaretoken", token);
    sent.append("kind", kind);
    if (!navigator.sendBeacon?.(report, sent)) fetch(report, { method: "POST", body: sent, keepalive: true }).catch(() => {});
  };
  const look = () => {
    // Going on to another page of the test is no leaving.
    if (leaving) return;
    const gone = document.hidden || !document.hasFocus();
    if (gone === away) return;
    away = gone;
    send(gone ? "focus_lost" : "focus_back");
  };
  window.addEventListener("beforeunload", () => { leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", look);
  // Focus moves through nowhere for a moment when a field of the page takes it.
  window.addEventListener("blur", () => setTimeout(look, 300));
  window.addEventListener("focus", look);
}
