// The outline of a course: parts are dragged by their handle, or moved with Alt and the arrow keys; the buttons beside do the same.
const keepFocus = (id) => document.addEventListener("htmx:afterSettle", () => document.getElementById(id)?.focus(), { once: true });

export default (outline) => {
  const stepButton = outline.querySelector("[data-step-button]");
  const send = (step) => { stepButton.value = step; stepButton.click(); };

  let held = null;
  const mark = document.createElement("li");
  mark.className = "h-1 bg-primary rounded-full";
  mark.setAttribute("aria-hidden", "true");

  outline.querySelectorAll("[data-part]").forEach((row) => {
    const handle = row.querySelector("[data-handle]");
    if (!row.dataset.part) return;
    handle.classList.remove("hidden");
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      held = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.part);
      event.dataTransfer.setDragImage(row, 20, 20);
      row.classList.add("opacity-40");
    });
    handle.addEventListener("dragend", () => { row.classList.remove("opacity-40"); mark.remove(); held = null; });
    row.addEventListener("keydown", (event) => {
      const step = { ArrowUp: "up", ArrowDown: "down" }[event.key];
      if (!event.altKey || !step) return;
      event.preventDefault();
      keepFocus(`${step}-${row.dataset.part}`);
      send(`${step}:${row.dataset.part}`);
    });
  });

  outline.querySelectorAll("[data-section]").forEach((section) => {
    const list = section.querySelector("[data-parts]");
    section.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      const below = [...list.querySelectorAll("[data-part]")].find((row) => row !== held && event.clientY < row.getBoundingClientRect().top + row.offsetHeight / 2);
      if (below) below.before(mark); else list.append(mark);
    });
    section.addEventListener("drop", (event) => {
      if (!held) return;
      event.preventDefault();
      // How many other parts stand before the mark: the place the part will have.
      const before = [...list.children].slice(0, [...list.children].indexOf(mark)).filter((row) => row.dataset.part && row !== held).length;
      send(`place:${held.dataset.part}:${list.dataset.parts}:${before}`);
    });
  });

  // One menu at a time; Escape and a click elsewhere close it.
  outline.querySelectorAll("details.relative").forEach((menu) => {
    menu.addEventListener("toggle", () => { if (menu.open) outline.querySelectorAll("details.relative[open]").forEach((other) => { if (other !== menu) other.open = false; }); });
    menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); } });
    menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });
  });
};
