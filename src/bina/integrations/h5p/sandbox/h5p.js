// The player of H5P contents inside the closed frame: looks from our own files, the content from its signed address, what the
// content asks to be kept and what it tells in xAPI over the line to the house.
import { H5P as Player } from "h5p-standalone";
import { openLine } from "../../packages/sandbox/parts/line.js";

const OWN = new URL("h5p/", document.currentScript.src).href;
const LOOK_EVERY_S = 2, MOST_WAITING = 150;

async function play() {
  // Contents are asked for their place every few seconds; whoever leaves in between is asked once more. This stands before the
  // line's own last word, so that it goes along.
  let askForPlaces = () => {};
  window.addEventListener("pagehide", () => askForPlaces());
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") askForPlaces(); });
  const line = openLine();
  const told = window.bina;
  // Nothing around this frame belongs to the content; it is to believe that it is a page of its own.
  window.parent = window;

  const state = {};
  for (const [name, value] of Object.entries(line.values)) if (name.startsWith("state/")) state[name] = value;
  const events = new Map();
  const report = (wait) => {
    line.keep({ ...Object.fromEntries(events), ...state }, false, wait, (names) => names.forEach((name) => events.delete(name)));
  };

  const known = {};
  for (const [name, value] of Object.entries(state)) {
    const [, part, kind] = name.split("/");
    (known[part] ??= {})[kind] = value;
  }
  await new Player(document.getElementById("isi"), {
    id: "isi", embedType: "div", h5pJsonPath: told.folder, frameJs: `${OWN}frame.bundle.js`, frameCss: `${OWN}styles/h5p.css`,
    saveFreq: LOOK_EVERY_S, contentUserData: known, reportingIsEnabled: true, xAPIObjectIRI: "about:bina", preventH5PInit: false,
    translations: { H5P: WORDS }, assetsRequestFetchOptions: { credentials: "omit" },
  });

  const { H5P } = window;
  const place = (kind, extras) => `state/${(extras && extras.subContentId) || 0}/${kind}`;
  H5P.setUserData = (_content, kind, data, extras) => {
    const words = JSON.stringify(data);
    if (words === undefined || state[place(kind, extras)] === words) return;
    state[place(kind, extras)] = words;
    report();
  };
  H5P.getUserData = (_content, kind, done, part) => {
    const words = state[place(kind, { subContentId: part })];
    let found;
    try { found = words === undefined ? undefined : JSON.parse(words); } catch { found = undefined; }
    done(undefined, found);
  };
  H5P.deleteUserData = (_content, kind, part) => {
    delete state[place(kind, { subContentId: part })];
    report();
  };
  H5P.externalDispatcher.on("xAPI", (event) => {
    let words = "";
    try { words = JSON.stringify(event.data.statement); } catch { return; }
    if (events.size >= MOST_WAITING) events.delete(events.keys().next().value);
    events.set(`event/${H5P.createUUID()}`, words);
    report();
    // What was just told and the place it led to are kept together.
    setTimeout(askForPlaces, 0);
  });
  askForPlaces = () => {
    for (const one of H5P.instances) {
      let place;
      try { place = one.getCurrentState && one.getCurrentState(); } catch { continue; }
      if (place !== undefined) H5P.setUserData(one.contentId, "state", place);
    }
  };
  window.H5P.preventInit = false;
  H5P.init(document.body);

  const box = document.getElementById("isi");
  let height = 0, width = 0;
  // The frame grows with its content and does not shrink again: nothing is to move away under a finger.
  new ResizeObserver(() => {
    const size = box.getBoundingClientRect();
    if (Math.abs(size.width - width) > 1) [width, height] = [size.width, 0];
    if (size.height > height) line.tell({ outcome: "size", height: (height = Math.ceil(size.height)) + 2 });
  }).observe(box);
}

const WORDS = {
  fullscreen: "Layar penuh", disableFullscreen: "Keluar dari layar penuh", close: "Tutup", contentChanged: "Isi konten ini sudah berubah sejak terakhir Anda buka.",
  startingOver: "Anda mulai lagi dari awal.", confirmDialogHeader: "Pastikan dahulu", confirmDialogBody: "Lanjutkan? Langkah ini tidak dapat dibatalkan.",
  cancelLabel: "Batal", confirmLabel: "Lanjutkan", copyrights: "Hak cipta", showMore: "Tampilkan lebih banyak", showLess: "Tampilkan lebih sedikit",
};

if (window.bina) document.addEventListener("DOMContentLoaded", () => {
  play().catch(() => { document.getElementById("isi").textContent = "Konten ini tidak dapat dimulai. Muat ulang halaman; bila tetap begitu, beri tahu widyaiswara Anda."; });
});
