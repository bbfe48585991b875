// Beside a package's frame: says what was kept, what waits, and when another tab took over. The frame itself does the keeping.
const MOST_PX = 6000;

export default function watch(box) {
  const frame = box.querySelector("iframe");
  const words = box.querySelector("[data-words]");
  const next = box.querySelector("[data-next]");
  const outside = box.querySelector("[data-outside]");
  const isOurs = (source) => {
    for (let place = source; place; place = place.parent) {
      if (place === frame.contentWindow) return true;
      if (place === place.parent) return false;
    }
    return false;
  };
  window.addEventListener("message", (event) => {
    const told = event.data;
    if (!told || told.from !== "bina-package" || !isOurs(event.source)) return;
    if (told.outcome === "saved") {
      const kept = [box.dataset.saved, told.state, typeof told.score === "number" ? `${box.dataset.score} ${told.score}` : ""].filter(Boolean).join(" · ");
      // Where the house could not keep everything, its sentence stays beside what it kept.
      words.textContent = told.sentence ? `${kept}. ${told.sentence}` : kept;
      if (next && (told.status === "done" || told.status === "passed")) next.hidden = false;
      // What the package's own rules say; the house has looked at them, and looks again before it begins another attempt.
      const follow = told.follows ? box.querySelector(`[data-follow="${CSS.escape(told.follows)}"]`) : null;
      if (follow instanceof HTMLFormElement) follow.submit();
      else if (follow) location.assign(follow.href);
    } else if (told.outcome === "size") {
      frame.style.minHeight = "12rem";
      frame.style.height = `${Math.min(Math.max(Number(told.height) || 0, 192), MOST_PX)}px`;
    } else if (told.outcome === "outside" && outside && /^https?:\/\//.test(told.address)) {
      // The whole address is what is read: where it leads is for the learner to judge.
      const link = outside.querySelector("a");
      link.textContent = link.href = told.address;
      outside.hidden = false;
    } else if (told.outcome === "refused" && told.sentence) words.textContent = told.sentence;
    else if (box.dataset[told.outcome]) words.textContent = box.dataset[told.outcome];
  });
  const wide = box.querySelector("[data-wide]");
  if (wide && frame.requestFullscreen) {
    wide.hidden = false;
    wide.addEventListener("click", () => frame.requestFullscreen());
  }
}
