// What was played, told in small reports that survive a lost line: what the house has not confirmed stays on the device, and goes
// along with the next report or when a video is opened again. Happenings are numbered and seconds are counted from the beginning of
// the session, so a report that arrives twice changes nothing.
const PREFIX = "bina-playing:";
const A_WEEK = 7 * 86_400_000;
const MOST = 120;
const AGAIN_AFTER = [5_000, 15_000, 30_000, 60_000];
// The house has taken it, or never will: no place for it, too large, not open yet.
const SETTLED = new Set([204, 400, 409, 413]);

// Not crypto.randomUUID: an office's server may be without https.
const randomName = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte, place) => ([4, 6, 8, 10].includes(place) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
};
const exact = (seconds) => Math.round(seconds * 1000) / 1000;
const keepOn = (key, kept) => { try { localStorage.setItem(key, JSON.stringify(kept)); } catch { /* full or forbidden: it stays in the page */ } };
const forget = (key) => { try { localStorage.removeItem(key); } catch { /* nothing to remove */ } };

const bodyOf = (kept, token) => {
  const now = Date.now();
  const happenings = kept.happenings.slice(0, MOST).map(([number, what, at, when, ...origin]) => [number, what, at, exact((now - when) / 1000), ...origin]);
  const report = { session: kept.session, seconds: Math.round(kept.seconds), length: kept.length, intervals: kept.intervals.slice(0, MOST), happenings };
  if (kept.transcript) report.transcript = true;
  // The place to come back to: what lay on the device for a while may be older than what another device has told.
  if (now - kept.saved < 60_000) report.at = kept.at;
  return new URLSearchParams({ csrfmiddlewaretoken: token, report: JSON.stringify(report) });
};
const post = async (url, body) => {
  const answer = await fetch(url, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
  if (!SETTLED.has(answer.status)) throw new Error(String(answer.status));
};

// What earlier visits could not tell any more, of this video and of others.
const tellEarlier = async (token, own) => {
  let names = [];
  try { names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX) && name !== own()); } catch { return; }
  for (const name of names) {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(name)); } catch { /* not ours */ }
    if (!kept || Date.now() - kept.saved > A_WEEK) { forget(name); continue; }
    try { await post(kept.url, bodyOf(kept, token)); forget(name); } catch { /* the next visit tries again */ }
  }
};

export default function playingReports(url, token) {
  let kept, key, number, sending = false, failures = 0, timer = 0, beaconed = "";
  const begin = () => {
    number = 0;
    kept = { url, session: randomName(), happenings: [], intervals: [], seconds: 0, transcript: false, at: 0, length: 0, saved: Date.now() };
    key = PREFIX + kept.session;
  };
  begin();
  const isEmpty = () => !kept.happenings.length && !kept.intervals.length && !kept.transcript;
  const keep = () => { kept.saved = Date.now(); if (!isEmpty()) keepOn(key, kept); };

  const send = async () => {
    clearTimeout(timer);
    timer = 0;
    if (sending || isEmpty()) return;
    sending = true;
    const told = kept, place = key, happenings = Math.min(MOST, kept.happenings.length), intervals = Math.min(MOST, kept.intervals.length), transcript = kept.transcript;
    try {
      await post(url, bodyOf(told, token));
      told.happenings.splice(0, happenings);
      told.intervals.splice(0, intervals);
      if (transcript) told.transcript = false;
      failures = 0;
      if (told.happenings.length || told.intervals.length || told.transcript) keepOn(place, told); else forget(place);
      sending = false;
      await send(); // what came meanwhile
    } catch {
      sending = false;
      timer = setTimeout(send, AGAIN_AFTER[Math.min(failures, AGAIN_AFTER.length - 1)]);
      failures += 1;
    }
  };
  window.addEventListener("online", send);
  tellEarlier(token, () => key);

  return {
    // Has this session begun with something that was played?
    isBegun: () => number > 0,
    say: (what, at, ...origin) => { number += 1; kept.happenings.push([number, what, exact(at), Date.now(), ...origin.map(exact)]); },
    note: ({ intervals = [], seconds = 0, at, length, transcript = false }) => {
      kept.intervals.push(...intervals.map((pair) => pair.map(exact)));
      kept.seconds += seconds;
      if (at !== undefined) kept.at = exact(at);
      if (length) kept.length = exact(length);
      if (transcript) kept.transcript = true;
      keep();
    },
    send,
    // The page may go at once: what is told now cannot be confirmed, so it also stays on the device.
    leave: () => {
      keep();
      const mark = `${key} ${number} ${kept.intervals.length} ${kept.transcript}`;
      if (isEmpty() || mark === beaconed) return;
      beaconed = mark;
      navigator.sendBeacon(url, bodyOf(kept, token));
    },
    begin,
  };
}
