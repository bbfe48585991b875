// Sends a large file in portions (tus 1.0.0): goes on after a lost line, a power cut, a reload or on another device.

const SMALLEST = 262_144, FIRST = 1_048_576, LARGEST = 5_242_880;
const QUICK_MS = 3_000, SLOW_MS = 15_000, LONGEST_PAUSE_MS = 30_000;
const VERSION = { "Tus-Resumable": "1.0.0" };
const STOPS = new Set([400, 401, 403, 404, 410, 413, 415, 507]);

const remembered = (mark) => { try { return localStorage.getItem(`bina-upload:${mark}`); } catch { return null; } };
const remember = (mark, url) => {
  try { if (url) localStorage.setItem(`bina-upload:${mark}`, url); else localStorage.removeItem(`bina-upload:${mark}`); } catch { /* the server's own list is enough */ }
};
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const sum = async (bytes) => {
  // Browsers offer digests only over HTTPS and on the machine itself; elsewhere the network's own checks must do.
  if (!globalThis.crypto?.subtle) return {};
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { "Upload-Checksum": `sha256 ${btoa(String.fromCharCode(...digest))}` };
};
const filled = (words, values) => Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words);

// The same file has the same mark on every device: its size, its beginning and its end, mixed by a 53-bit hash (cyrb53).
const EDGE = 65_536;
const contentMark = async (file) => {
  const edges = [file.slice(0, EDGE), file.slice(Math.max(0, file.size - EDGE))];
  let high = 0xdeadbeef, low = 0x41c6ce57;
  for (const edge of edges) {
    for (const byte of new Uint8Array(await edge.arrayBuffer())) {
      high = Math.imul(high ^ byte, 2654435761);
      low = Math.imul(low ^ byte, 1597334677);
    }
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return `${file.size.toString(36)}x${(4294967296 * (2097151 & low) + (high >>> 0)).toString(36)}`;
};

class Stopped extends Error {}

export default function upload(box) {
  const words = JSON.parse(box.dataset.words);
  const input = box.querySelector("input[type=file]"), field = box.querySelector("input[type=hidden]"), form = input.form;
  const part = (name) => box.querySelector(`[data-${name}]`);
  const area = part("sending"), bar = part("bar"), said = part("said"), pauseButton = part("pause"), resumeButton = part("resume"), cancelButton = part("cancel");
  // Where kinds of files have limits of their own, they are told before anything is sent.
  const limits = JSON.parse(box.dataset.limits || "null"), largest = Number(box.dataset.largest);
  const ending = (name) => name.slice(name.lastIndexOf(".")).toLowerCase();
  const language = document.documentElement.lang || "id";
  // One upload at a time; ``run`` counts the attempts, so that a cancelled one notices and falls silent.
  // ``sender`` is the button that somebody pressed while the upload ran: the form goes by itself once it is done.
  let run = 0, job = null, waiting = null, sender = null;

  // Small files come the same way, without words about it.
  if (part("plain")) { part("plain").hidden = true; part("portions").hidden = false; }

  const size = (bytes) => {
    const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : bytes >= 1e6 ? [bytes / 1e6, "MB"] : [Math.max(1, bytes / 1e3), "kB"];
    return `${value.toLocaleString(language, { maximumFractionDigits: unit === "kB" ? 0 : 1 })} ${unit}`;
  };
  const percent = () => (job ? Math.floor((100 * job.sent) / job.file.size) : 0);
  const time = (seconds) => (seconds < 90 ? filled(words.seconds, { n: Math.max(1, Math.round(seconds)) })
    : seconds < 5400 ? filled(words.minutes, { n: Math.round(seconds / 60) }) : filled(words.hours, { n: (seconds / 3600).toLocaleString(language, { maximumFractionDigits: 1 }) }));
  const say = (text) => { if (said.textContent !== text) said.textContent = text; };
  const show = (state) => { pauseButton.hidden = state !== "sending"; resumeButton.hidden = state !== "stopped"; cancelButton.hidden = state === "none"; };
  const tell = () => {
    bar.value = percent();
    const parts = [filled(words.sending, { done: size(job.sent), size: size(job.file.size) })];
    const speed = job.sentHere / Math.max(1, (Date.now() - job.beganAt) / 1000);
    if (job.sentHere > FIRST && speed > 0) parts.push(filled(words.left, { time: time((job.file.size - job.sent) / speed) }));
    if (sender) parts.push(words.then);
    say(parts.join(" · "));
  };
  const pause = (milliseconds) => new Promise((go) => { const timer = setTimeout(go, milliseconds); waiting = () => { clearTimeout(timer); go(); }; });
  window.addEventListener("online", () => waiting?.());

  const ask = (method, url, headers = {}, options = { signal: job?.abort.signal }) =>
    fetch(url, { method, credentials: "same-origin", redirect: "error", ...options, headers: { ...VERSION, "X-CSRFToken": box.dataset.token, ...headers } });
  // Also while the page is being left: what was cancelled shall not stay with the server.
  const discard = (url) => ask("DELETE", url, {}, { keepalive: true }).catch(() => { /* it goes with the other unfinished ones after some days */ });
  const refused = async (answer) => { const sentence = await answer.text(); return new Stopped(sentence.length < 500 && !sentence.startsWith("<") ? sentence : words.failed); };

  // Where the server stands; null when it has never heard of it, or no longer.
  const asked = async (url) => {
    const answer = await ask("HEAD", url);
    if (answer.status === 404 || answer.status === 410) return null;
    if (!answer.ok) throw STOPS.has(answer.status) ? new Stopped(answer.status === 401 ? words.left_house : words.failed) : new Error(String(answer.status));
    return Number(answer.headers.get("Upload-Length")) === job.file.size ? Number(answer.headers.get("Upload-Offset")) : null;
  };
  const begin = async () => {
    const mine = job;
    mine.mark ||= await contentMark(mine.file);
    if (mine !== job) return;
    const known = [...box.querySelectorAll("[data-known]")].find((one) => one.dataset.fingerprint === job.mark && Number(one.dataset.size) === job.file.size);
    for (const url of [known?.dataset.known, remembered(job.mark)]) {
      const offset = url ? await asked(url) : null;
      if (offset !== null) { job.url = url; job.sent = offset; bar.value = percent(); if (offset) say(filled(words.resume, { percent: percent() })); return; }
    }
    const metadata = `filename ${base64(job.file.name)},fingerprint ${base64(job.mark)}`;
    // Not to be aborted: only its answer names what would have to be discarded.
    const answer = await ask("POST", box.dataset.uploadsUrl, { "Upload-Length": String(job.file.size), "Upload-Metadata": metadata }, {});
    if (answer.status !== 201) throw STOPS.has(answer.status) ? await refused(answer) : new Error(String(answer.status));
    const url = answer.headers.get("Location");
    if (mine !== job || mine.url) return discard(url);
    Object.assign(mine, { url, sent: 0 });
    remember(mine.mark, url);
  };
  const sendOne = async () => {
    const bytes = await job.file.slice(job.sent, job.sent + job.portion).arrayBuffer();
    const began = Date.now();
    const answer = await ask("PATCH", job.url, { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(job.sent), ...(await sum(bytes)) }, { body: bytes, signal: job.abort.signal });
    if (answer.status === 409) {
      // Somebody else has written: once may be our own lost answer, again and again is another tab.
      const offset = await asked(job.url);
      if (offset === null) throw new Error("gone");
      job.overtaken += 1;
      job.sent = offset;
      if (job.overtaken >= 3) throw new Stopped(words.other);
      return;
    }
    if (answer.status === 404 || answer.status === 410) { job.url = ""; throw new Error("gone"); }
    if (answer.status !== 204) throw STOPS.has(answer.status) ? await refused(answer) : new Error(String(answer.status));
    const offset = Number(answer.headers.get("Upload-Offset"));
    job.sentHere += offset - job.sent;
    job.sent = offset;
    job.overtaken = 0;
    const took = Date.now() - began;
    if (took < QUICK_MS) job.portion = Math.min(LARGEST, 2 * job.portion);
    else if (took > SLOW_MS) job.portion = Math.max(SMALLEST, job.portion / 2);
  };

  const go = async () => {
    const mine = (run += 1);
    job.abort = new AbortController();
    job.beganAt = Date.now();
    job.sentHere = 0;
    job.overtaken = 0;
    let failures = 0;
    show("sending");
    while (mine === run) {
      try {
        if (!job.url) await begin();
        if (mine !== run) return;
        if (job.sent >= job.file.size) return finish();
        await sendOne();
        if (mine !== run) return;
        failures = 0;
        tell();
      } catch (error) {
        if (mine !== run) return;
        if (error instanceof Stopped) { say(error.message || words.failed); show("stopped"); run += 1; return; }
        failures += 1;
        job.portion = Math.max(SMALLEST, job.portion / 2);
        say(filled(words.offline, { percent: percent() }));
        await pause(Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** Math.min(failures - 1, 5)) * (0.75 + Math.random() / 2));
        if (mine !== run) return;
        // What arrived of the last portion is known only to the server.
        try { if (job.url) { const offset = await asked(job.url); if (offset === null) job.url = ""; else job.sent = offset; } } catch (again) { if (again instanceof Stopped) { say(again.message); show("stopped"); run += 1; return; } }
      }
    }
  };
  const finish = () => {
    run += 1;
    remember(job.mark, "");
    bar.value = 100;
    field.value = job.url.replace(/\/$/, "").split("/").pop();
    // The form names the upload; the file itself need not be sent once more.
    input.disabled = true;
    say(words.done);
    show("finished");
    const pressed = sender, mine = run, { url } = job;
    sender = null;
    if (pressed) { form.requestSubmit(pressed); return; }
    // Whoever takes the upload at once says so, and what came of it: then the form need not name it any more.
    const taken = (words) => { if (mine === run) { forget(url); clear(); say(words); } };
    const kept = (words) => { if (mine === run) { say(words); show("finished"); } };
    const offer = new CustomEvent("bina:uploaded", { bubbles: true, cancelable: true, detail: { upload: field.value, taken, kept } });
    if (!box.dispatchEvent(offer)) show("none");
  };
  // A used upload is nothing to go on with, in no field of the page.
  const forget = (url) => document.querySelectorAll("[data-known]").forEach((one) => { if (one.dataset.known === url) one.remove(); });
  const clear = () => { job = sender = null; field.value = ""; input.disabled = false; input.value = ""; bar.value = 0; show("none"); };
  const isBusy = () => job !== null && !field.value;

  input.addEventListener("change", () => {
    run += 1;
    job?.abort.abort();
    job = sender = null;
    field.value = "";
    const file = input.files[0];
    if (!file) { area.hidden = true; return; }
    area.hidden = false;
    part("name").textContent = file.name;
    bar.value = 0;
    const limit = limits ? limits[ending(file.name)] : largest;
    if (!limit) { say(filled(words.kind, { endings: Object.keys(limits).join(", ") })); input.value = ""; show("none"); return; }
    if (file.size > limit) { say(filled(words.large, { size: size(file.size), limit: size(limit) })); input.value = ""; show("none"); return; }
    say(words.begin);
    job = { file, mark: "", url: "", sent: 0, sentHere: 0, overtaken: 0, portion: FIRST, beganAt: Date.now(), abort: new AbortController() };
    go();
  });
  pauseButton.addEventListener("click", () => { run += 1; sender = null; job.abort.abort(); say(filled(words.paused, { percent: percent() })); show("stopped"); resumeButton.focus(); });
  resumeButton.addEventListener("click", async () => { show("sending"); pauseButton.focus(); job.abort = new AbortController(); try { if (job.url) { const offset = await asked(job.url); if (offset === null) job.url = ""; else job.sent = offset; } } catch { /* go() asks again */ } go(); });
  cancelButton.addEventListener("click", async () => {
    const left = job, mine = (run += 1);
    left?.abort.abort();
    clear();
    input.focus();
    if (left?.url) { remember(left.mark, ""); await discard(left.url); }
    if (mine === run) say(words.cancelled);
  });
  form.addEventListener("submit", (event) => {
    if (!isBusy()) return;
    event.preventDefault();
    // Stopped uploads wait for a decision; a running one takes the form with it when it arrives.
    if (pauseButton.hidden) say(words.wait);
    else { sender = event.submitter; tell(); }
    area.scrollIntoView({ block: "nearest" });
  });
}
