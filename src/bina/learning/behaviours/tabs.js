// Turns neighbouring headed sections of a text into tabs; without it they stay sections with their headings.
export default function tabs(text) {
  const first = [...text.querySelectorAll(".tab-part")].filter((part) => !part.previousElementSibling?.matches(".tab-part"));
  first.forEach((start, group) => {
    const parts = [start];
    while (parts.at(-1).nextElementSibling?.matches(".tab-part")) parts.push(parts.at(-1).nextElementSibling);
    if (parts.length < 2) return;
    const row = document.createElement("div");
    row.className = "tabs";
    row.setAttribute("role", "tablist");
    const show = (chosen, focus) => parts.forEach((part, place) => {
      const button = row.children[place];
      part.hidden = place !== chosen;
      button.setAttribute("aria-selected", String(place === chosen));
      button.tabIndex = place === chosen ? 0 : -1;
      if (focus && place === chosen) button.focus();
    });
    parts.forEach((part, place) => {
      const heading = part.querySelector("h3");
      const button = document.createElement("button");
      part.id = `tab-${group}-${place}`;
      part.setAttribute("role", "tabpanel");
      button.type = "button";
      button.id = `${part.id}-name`;
      button.textContent = heading.textContent;
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", part.id);
      part.setAttribute("aria-labelledby", button.id);
      heading.hidden = true;
      button.addEventListener("click", () => show(place, false));
      row.append(button);
    });
    row.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      show(([...row.children].indexOf(document.activeElement) + step + parts.length) % parts.length, true);
    });
    start.before(row);
    show(0, false);
  });
}
