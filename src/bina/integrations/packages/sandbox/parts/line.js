// The line from a package's frame to the house: keeps the newest values, sends them one report at a time, never loses the last.
const SOON_MS = 700, LATER_MS = 5000, MOST_HAD = 8;

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

  const tell = (message) => { try { window.top.postMessage({ from: "bina-package", ...message }, told.home); } catch { /* no page around */ } };

  const schedule = (wait) => { if (!closed && !timer) timer = setTimeout(send, wait); };

  async function send() {
    timer = 0;
    if (busy || !waiting || closed) return;
    const report = waiting;
    busy = true;
    if (had && !had.includes(report.values)) had = had.length < MOST_HAD ? [...had, report.values] : null;
    tell({ outcome: "saving" });
    try {
      const answer = await fetch(told.save, { method: "POST", body: JSON.stringify(report), credentials: "omit" });
      const words = await answer.json();
      if (answer.status >= 500) throw new Error(String(answer.status));
      if (waiting === report) waiting = null;
      if (answer.ok) had = [report.values];
      if (answer.ok && report.kept) report.kept();
      if (answer.status === 403 || answer.status === 409) closed = true;
      tell(words);
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
    const { sequence: number, values, ended } = waiting;
    const isSaid = navigator.sendBeacon(told.save, JSON.stringify({ sequence: number, values, ended }))
      || (had && navigator.sendBeacon(told.save, JSON.stringify({ sequence: number, values: changed(had, values), ended, changes: true })));
    if (isSaid) said = waiting;
  };

  // ``kept`` is called once the house has these values.
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
  if (waiting) schedule(SOON_MS);
  return { values: { ...told.values, ...(handed ? handed.values : {}) }, keep, tell };
}

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
