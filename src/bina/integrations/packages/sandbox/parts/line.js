// The line from a package's frame to the house: keeps the newest values, sends them one report at a time, never loses the last.
import { leadOutside } from "./outside.js";

const SOON_MS = 700, LATER_MS = 5000, MOST_HAD = 8, LIGHT = 300000;

// A closed frame has no cookies and no storage of its own; packages that only ask for them should not fall over.
export function standIn() {
  const shelf = () => {
    const kept = new Map();
    return {
      getItem: (name) => (kept.has(String(name)) ? kept.get(String(name)) : null),
      setItem: (name, value) => { kept.set(String(name), String(value)); },
      removeItem: (name) => { kept.delete(String(name)); },
      clear: () => kept.clear(),
      key: (place) => [...kept.keys()][place] ?? null,
      get length() { return kept.size; },
    };
  };
  for (const name of ["localStorage", "sessionStorage"]) {
    try { void window[name]; } catch { Object.defineProperty(window, name, { value: shelf(), configurable: true }); }
  }
  try { void document.cookie; } catch { Object.defineProperty(document, "cookie", { get: () => "", set: () => {}, configurable: true }); }
}

export function openLine() {
  standIn();
  const told = window.bina;
  // Pages of one package that follow each other in the frame hand their values on, also before the house has them.
  // Frames inside keep their names: the package's own links lead to them.
  const isOuter = window.parent === window.top;
  let handed = null;
  try {
    const left = isOuter ? JSON.parse(window.name || "null") : null;
    if (left && left.save === told.save && left.sequence > told.sequence) handed = left;
  } catch { handed = null; }
  let sequence = handed ? handed.sequence : told.sequence;
  let waiting = handed ? { sequence, values: handed.values, ended: false } : null;
  let timer = 0, busy = false, closed = false, leaving = false, said = null;
  // The values of which the house has one set, whichever report came through last; unknown (null) until that is certain.
  let had = handed || told.sequence ? null : [told.values];

  // Values that were too long for the house, with their lengths, and what it said of them.
  const spared = new Map();
  let sentence = "";

  const tell = (message) => { try { window.top.postMessage({ from: "bina-package", ...message }, told.home); } catch { /* no page around */ } };

  const schedule = (wait) => { if (!closed && !timer) timer = setTimeout(send, wait); };

  // A report as it goes: whole, or, where the house refused it as too large, what is left without the long values, joined there with
  // what it has, so that a score is kept although a state is not.
  const asTold = ({ sequence: number, values, ended }) => {
    const light = Object.entries(values).filter(([name, value]) => !(value.length >= spared.get(name)));
    const isWhole = light.length === Object.keys(values).length;
    return { sequence: number, values: isWhole ? values : Object.fromEntries(light), ended, ...(isWhole ? {} : { changes: true }) };
  };
  // Notes the longest values of a report until the others fit; whether there were any.
  const spare = (values) => {
    let size = bytes(values);
    const isTooMuch = size > LIGHT;
    for (const [name, value] of Object.entries(values).sort(([, one], [, other]) => other.length - one.length)) {
      if (size <= LIGHT) break;
      spared.set(name, value.length);
      size -= bytes({ [name]: value });
    }
    return isTooMuch;
  };

  async function send() {
    timer = 0;
    if (busy || !waiting || closed) return;
    const report = waiting, going = asTold(report);
    busy = true;
    if (going.changes) had = null;
    if (had && !had.includes(report.values)) had = had.length < MOST_HAD ? [...had, report.values] : null;
    tell({ outcome: "saving" });
    try {
      const answer = await fetch(told.save, { method: "POST", body: JSON.stringify(going), credentials: "omit" });
      const words = await answer.json();
      if (answer.status >= 500) throw new Error(String(answer.status));
      const goesLighter = answer.status === 413 && spare(going.values);
      if (goesLighter) sentence = words.sentence;
      if (waiting === report && !goesLighter) waiting = null;
      if (answer.ok && !going.changes) { had = [report.values]; spared.clear(); sentence = ""; }
      if (answer.ok && report.kept) report.kept(Object.keys(going.values));
      if (answer.status === 403 || answer.status === 409) closed = true;
      tell(words.outcome === "saved" && sentence ? { ...words, sentence } : words);
    } catch {
      tell({ outcome: "offline" });
      schedule(LATER_MS);
    }
    busy = false;
    if (waiting && !closed) schedule(SOON_MS);
  }

  // Nobody waits for an answer while a page closes, so the last word goes as a beacon. A browser carries 64 kB of them: what does
  // not fit goes as that which changed, so that a long state kept before does not cost the score of the last moment.
  const sayLast = () => {
    if (!waiting || closed || said === waiting) return;
    const going = asTold(waiting);
    const isSaid = navigator.sendBeacon(told.save, JSON.stringify(going))
      || (had && navigator.sendBeacon(told.save, JSON.stringify({ ...going, values: changed(had, waiting.values), changes: true })));
    if (isSaid) said = waiting;
  };

  // ``kept`` is called with the names that the house has, once it has them.
  const keep = (values, ended, wait = SOON_MS, kept = null) => {
    if (closed) return;
    // Frames beside each other share one count, so it follows the clock where that is ahead.
    sequence = Math.max(sequence + 1, Math.floor(Date.now() / 1000));
    waiting = { sequence, values, ended: Boolean(ended), kept };
    if (isOuter) try { window.name = JSON.stringify({ save: told.save, sequence, values }); } catch { /* too large: the report goes anyway */ }
    // A package that says goodbye in its own pagehide or unload comes after ours: no timer and no answer will come any more.
    if (leaving && wait === 0) sayLast();
    else if (leaving) queueMicrotask(sayLast);
    else if (wait === 0) { clearTimeout(timer); timer = 0; send(); } else schedule(wait);
  };

  window.addEventListener("pagehide", () => { leaving = true; sayLast(); });
  window.addEventListener("pageshow", () => { leaving = false; if (waiting) schedule(SOON_MS); });
  // A telephone may end a page in the background without another event.
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") sayLast(); });
  leadOutside(`${told.folder}/`, tell);
  if (waiting) schedule(SOON_MS);
  return { values: { ...told.values, ...(handed ? handed.values : {}) }, keep, tell };
}

const bytes = (values) => new Blob([JSON.stringify(values)]).size;

// What differs from any of the sets that the house may have; a value that is gone is told as empty.
function changed(had, values) {
  const names = new Set([...had, values].flatMap(Object.keys));
  return Object.fromEntries([...names].filter((name) => had.some((one) => one[name] !== values[name])).map((name) => [name, values[name] ?? ""]));
}

// Whether a page around this one in the same package already offers what is looked for.
export function isOffered(name) {
  try {
    for (let place = window; place.parent !== place; place = place.parent) if (place.parent[name]) return true;
  } catch { return false; }
  return false;
}

// The values that say something, as plain short texts.
export function spoken(values) {
  const kept = {};
  for (const [name, value] of Object.entries(values)) {
    if ((typeof value === "string" && value !== "") || typeof value === "number") kept[name] = String(value);
  }
  return kept;
}
