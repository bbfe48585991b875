// Drawing the regions of a picture: the row last touched gets the rectangle that is dragged; the numbers stay editable.
export default (element) => {
  const canvas = element.querySelector("[data-canvas]"), form = element.closest("form");
  let active = 0, start = null;
  const field = (side) => form.elements[`regions-${active}-${side}`];
  const percent = (value) => String(Math.round(Math.min(100, Math.max(0, value)) * 10) / 10).replace(".", ",");
  const number = (text) => parseFloat(text.replace(",", ".")) || 0;
  const place = () => {
    const box = canvas.querySelector(`[data-box="${active}"]`);
    if (!box || !field("x")) return;
    [["left", "x"], ["top", "y"], ["width", "w"], ["height", "h"]].forEach(([name, side]) => { box.style[name] = `${number(field(side).value)}%`; });
  };
  form.addEventListener("focusin", (event) => {
    const found = /^regions-(\d+)-/.exec(event.target.name || "");
    if (found) active = Number(found[1]);
  });
  form.addEventListener("input", (event) => { if (/^regions-\d+-[xywh]$/.test(event.target.name || "")) place(); });
  const at = (event) => {
    const area = canvas.getBoundingClientRect();
    return [(100 * (event.clientX - area.left)) / area.width, (100 * (event.clientY - area.top)) / area.height].map((v) => Math.min(100, Math.max(0, v)));
  };
  canvas.addEventListener("pointerdown", (event) => { start = at(event); canvas.setPointerCapture(event.pointerId); event.preventDefault(); });
  canvas.addEventListener("pointermove", (event) => {
    if (!start || !field("x")) return;
    const end = at(event);
    const sides = { x: Math.min(start[0], end[0]), y: Math.min(start[1], end[1]), w: Math.abs(end[0] - start[0]), h: Math.abs(end[1] - start[1]) };
    Object.entries(sides).forEach(([side, value]) => { field(side).value = percent(value); });
    place();
  });
  canvas.addEventListener("pointerup", () => { if (start && field("x")) field("x").dispatchEvent(new Event("input", { bubbles: true })); start = null; });
};
