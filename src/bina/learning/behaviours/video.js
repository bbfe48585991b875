// Remembers which stretches of a video were watched and where one stopped; the plain video works without it.
const EVERY_MS = 10_000;

export default function video(box) {
  const player = box.querySelector("video");
  const words = box.querySelector("[data-watched]");
  const transcript = box.querySelector("[data-transcript]");
  const startAt = Number(box.dataset.startAt) || 0;
  let intervals = [], from = null, last = 0, sentAt = Date.now(), opened = false, startedOn = 0, seconds = 0;

  // A stretch ends at the last moment that was really shown: while seeking, currentTime is already the target.
  const close = () => {
    if (from !== null && last > from + 0.3) intervals.push([from, last]);
    from = null;
  };
  const cut = () => { const playing = from !== null; close(); if (playing) from = last; };
  const clockOff = () => { if (startedOn) { seconds += (Date.now() - startedOn) / 1000; startedOn = 0; } };

  const send = (leaving) => {
    cut();
    const playing = startedOn > 0;
    clockOff();
    if (playing) startedOn = Date.now();
    if (!intervals.length && !opened) return;
    const report = { intervals, at: player.currentTime, length: player.duration || 0, seconds: Math.round(seconds), transcript: opened };
    const body = new FormData();
    body.set("csrfmiddlewaretoken", box.dataset.token);
    body.set("report", JSON.stringify(report));
    sentAt = Date.now();
    const kept = intervals;
    const keptSeconds = seconds;
    intervals = []; seconds = 0; opened = false;
    if (leaving) { navigator.sendBeacon(box.dataset.reportUrl, body); return; }
    // A lost connection loses nothing: the stretches go along with the next report.
    fetch(box.dataset.reportUrl, { method: "POST", body, credentials: "same-origin" })
      .then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); })
      .catch(() => { intervals = kept.concat(intervals); seconds += keptSeconds; });
  };

  // Played ranges of this visit, shown at once; the record keeps the union over all visits.
  const show = () => {
    if (!words || !player.duration) return;
    let seen = 0;
    for (let i = 0; i < player.played.length; i += 1) seen += player.played.end(i) - player.played.start(i);
    const share = Math.min(100, Math.round((100 * seen) / player.duration));
    const known = Number((words.textContent.match(/\d+/) || [0])[0]);
    if (share > known) words.textContent = `${share}% ${words.dataset.words}`;
  };

  player.addEventListener("loadedmetadata", () => {
    if (startAt > 2 && startAt < player.duration - 3) player.currentTime = startAt;
  }, { once: true });
  player.addEventListener("playing", () => { if (from === null) from = last = player.currentTime; if (!startedOn) startedOn = Date.now(); });
  player.addEventListener("seeking", close);
  player.addEventListener("seeked", () => { if (!player.paused) from = last = player.currentTime; });
  player.addEventListener("timeupdate", () => { if (!player.seeking && from !== null) last = player.currentTime; show(); if (!player.paused && Date.now() - sentAt > EVERY_MS) send(false); });
  player.addEventListener("pause", () => { close(); clockOff(); send(false); });
  player.addEventListener("ended", () => { close(); clockOff(); send(false); });
  if (transcript) transcript.addEventListener("toggle", () => { if (transcript.open) { opened = true; send(false); } });
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(true); });
  window.addEventListener("pagehide", () => send(true));
}
