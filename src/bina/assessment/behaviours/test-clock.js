// The minutes that are left, rewritten now and then; near the end said aloud, at the end the page is sent in.
import connection from "./connection.js";

export default function clock(element) {
  connection();
  const { seconds, form: formId, hour, minute, over, soon } = element.dataset;
  const left = element.querySelector("[data-left]");
  const news = element.querySelector("[data-news]");
  // The server says how long; the device's own clock may be wrong, so only its pace is used.
  const end = performance.now() + 1000 * Number(seconds);
  const told = new Set();
  const words = (minutes) => {
    const hours = Math.floor(minutes / 60), rest = minutes % 60;
    return [hours ? `${hours} ${hour}` : "", rest || !hours ? `${rest} ${minute}` : ""].filter(Boolean).join(" ");
  };
  const step = () => {
    if (!element.isConnected) { clearInterval(timer); return; }
    const minutes = Math.max(0, Math.ceil((end - performance.now()) / 60000));
    left.textContent = words(minutes);
    for (const mark of [10, 5, 1]) if (minutes === mark && !told.has(mark)) { told.add(mark); news.textContent = soon.replace("{n}", mark); }
    if (performance.now() < end) return;
    clearInterval(timer);
    left.textContent = over;
    const form = formId && document.getElementById(formId);
    if (!form) return;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "go", value: "end" });
    form.append(field);
    form.requestSubmit();
  };
  const timer = setInterval(step, 5000);
}
