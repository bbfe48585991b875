// Plays a video or a recording, remembers which stretches were played and where one stopped, and tells what happened; the plain
// player works without it.
import playingReports from "./playing-reports.js";

const EVERY_MS = 20_000;
// Players move by themselves over holes of a few frames; that is no jump.
const SHORTEST_JUMP = 0.5;

// The light version comes in short pieces, so that a line that breaks costs seconds and not the whole film. Where that does not
// work, the same version goes on as one file.
const playInPieces = async (box, player) => {
  const source = player.querySelector("source");
  const whole = source.src;
  const go = () => player.play().catch(() => {});
  let fell = false;
  const fallBack = () => {
    if (fell) return;
    fell = true;
    const at = player.currentTime;
    player.src = whole;
    player.addEventListener("loadedmetadata", () => { if (at) player.currentTime = at; go(); }, { once: true });
    player.load();
  };
  if (globalThis.MediaSource || globalThis.ManagedMediaSource) {
    // Nothing of the whole file is loaded while the program that plays pieces is on its way.
    player.pause();
    source.removeAttribute("src");
    player.load();
    const attach = await import(box.dataset.hls).then((module) => module.default).catch(() => null);
    if (attach && attach(player, box.dataset.stream, fallBack)) go(); else fallBack();
  } else if (player.canPlayType("application/vnd.apple.mpegurl")) {
    player.addEventListener("error", fallBack, { once: true });
    player.src = box.dataset.stream;
    go();
  }
};

// The words beside the video: the one being said is marked and kept in view, any of them leads to its place.
const followWords = (box, player) => {
  const area = box.querySelector("[data-follow]");
  const track = player.querySelector("track");
  if (!area || !track) return;
  const list = area.querySelector("[data-cues]");
  const rows = new Map();
  const fill = () => {
    const cues = [...(track.track.cues || [])];
    if (!cues.length || rows.size) return;
    for (const cue of cues) {
      const row = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.className = "w-full text-start rounded-field px-2 py-2 min-h-11 hover:bg-base-200 aria-[current=true]:bg-base-200 aria-[current=true]:font-semibold";
      button.textContent = cue.getCueAsHTML ? cue.getCueAsHTML().textContent : cue.text;
      button.addEventListener("click", () => { player.currentTime = cue.startTime + 0.01; player.play().catch(() => {}); });
      row.append(button);
      list.append(row);
      rows.set(cue, button);
    }
    area.hidden = false;
  };
  const mark = () => {
    const now = new Set(track.track.activeCues || []);
    rows.forEach((button, cue) => {
      if (!now.has(cue)) { button.removeAttribute("aria-current"); return; }
      if (button.getAttribute("aria-current") === "true") return;
      button.setAttribute("aria-current", "true");
      // Only the list moves, never the page under the reader's eyes.
      if (!list.contains(document.activeElement)) list.scrollTop = button.offsetTop - list.offsetTop - list.clientHeight / 3;
    });
  };
  track.addEventListener("load", fill);
  track.track.addEventListener("cuechange", mark);
  if (track.track.mode === "disabled") track.track.mode = "hidden";
  fill();
};

// What was not played yet becomes a way there.
const offerPlaces = (box, player) => {
  box.querySelectorAll("[data-seek]").forEach((words) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link min-h-11 px-1";
    button.textContent = words.textContent;
    button.addEventListener("click", () => {
      const there = () => { player.currentTime = Number(words.dataset.seek); };
      if (player.readyState) there(); else player.addEventListener("loadedmetadata", () => setTimeout(there, 0), { once: true });
      player.play().catch(() => {});
    });
    words.replaceChildren(button);
  });
};

export default function video(box) {
  const player = box.querySelector("video, audio");
  const words = box.querySelector("[data-watched]");
  const transcript = box.querySelector("[data-transcript]");
  const startAt = Number(box.dataset.startAt) || 0;
  // A preview tells nothing.
  const reports = box.dataset.reportUrl ? playingReports(box.dataset.reportUrl, box.dataset.token) : null;
  let from = null, last = 0, toldAt = Date.now(), startedOn = 0, intervals = [], running = false, jumpFrom = null;

  // A stretch ends at the last moment that was really shown: while seeking, currentTime is already the target.
  const close = () => {
    if (from !== null && last > from + 0.3) intervals.push([from, last]);
    from = null;
  };
  const note = (more = {}) => {
    const isPlaying = from !== null;
    close();
    if (isPlaying) from = last;
    const seconds = startedOn ? (Date.now() - startedOn) / 1000 : 0;
    startedOn = isPlaying ? Date.now() : 0;
    reports.note({ intervals, seconds, at: last, length: player.duration || 0, ...more });
    intervals = [];
    toldAt = Date.now();
  };
  // Recordings keep their stretches alike, but only videos have words for what happens to them.
  const say = (what, at, ...origin) => {
    if (!reports) return;
    if (player.tagName === "VIDEO") reports.say(what, at, ...origin);
    note();
  };
  const halt = () => {
    close();
    if (running) { running = false; say("paused", last); }
  };
  const stop = () => { halt(); if (reports) reports.send(); };

  // Played ranges of this visit, shown at once; the record keeps the union over all visits.
  const show = () => {
    if (!words || !player.duration) return;
    let seen = 0;
    for (let i = 0; i < player.played.length; i += 1) seen += player.played.end(i) - player.played.start(i);
    const share = Math.min(100, Math.round((100 * seen) / player.duration));
    const known = Number((words.textContent.match(/\d+/) || [0])[0]);
    if (share > known) words.textContent = `${share}% ${words.dataset.words}`;
  };

  const speeds = box.querySelector("[data-speeds]");
  if (speeds) {
    speeds.hidden = false;
    speeds.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-speed]");
      if (!chosen) return;
      player.playbackRate = Number(chosen.dataset.speed);
      speeds.querySelectorAll("[data-speed]").forEach((one) => one.setAttribute("aria-pressed", String(one === chosen)));
    });
  }

  let begun = false;
  player.addEventListener("loadedmetadata", () => {
    if (begun) return;
    begun = true;
    if (startAt > 2 && startAt < player.duration - 3) player.currentTime = startAt;
  });
  if (box.dataset.stream) player.addEventListener("play", () => playInPieces(box, player), { once: true });
  followWords(box, player);
  offerPlaces(box, player);
  player.addEventListener("playing", () => {
    // After waiting for data or a jump it plays on; only the person's own beginning is told.
    if (from === null) from = last = player.currentTime;
    if (!startedOn) startedOn = Date.now();
    if (!running) { running = true; say("played", from); }
  });
  player.addEventListener("seeking", () => { if (jumpFrom === null) jumpFrom = last; close(); });
  player.addEventListener("seeked", () => {
    const origin = jumpFrom;
    jumpFrom = null;
    last = player.currentTime;
    if (!player.paused) { from = last; startedOn = startedOn || Date.now(); }
    if (reports && reports.isBegun() && origin !== null && Math.abs(last - origin) >= SHORTEST_JUMP) say("seeked", last, origin);
  });
  player.addEventListener("timeupdate", () => {
    if (!player.seeking && from !== null) last = player.currentTime;
    show();
    if (reports && !player.paused && Date.now() - toldAt > EVERY_MS) { note(); reports.send(); }
  });
  player.addEventListener("pause", () => { if (!player.seeking && from !== null) last = player.currentTime; stop(); });
  player.addEventListener("ended", stop);
  if (!reports) return;
  if (transcript) transcript.addEventListener("toggle", () => { if (transcript.open) { note({ transcript: true }); reports.send(); } });
  const leave = () => { if (from !== null || reports.isBegun()) note(); reports.leave(); };
  document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); });
  window.addEventListener("pagehide", () => {
    halt();
    if (reports.isBegun()) say("terminated", last);
    leave();
  });
  // Back from the memory of the browser: what is played from now on is another session.
  window.addEventListener("pageshow", (event) => { if (event.persisted) reports.begin(); });
}
