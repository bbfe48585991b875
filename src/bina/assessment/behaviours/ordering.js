// Ordering by tapping: steps are tapped in order, then moved up or down. The numbered fields stay what is sent.
export default function ordering(frame) {
  const word = (name) => frame.dataset["word" + name] || "";
  const rows = [...frame.querySelectorAll("[data-step]")].map((element, index) => ({
    field: element.querySelector("select"),
    text: element.querySelector("[data-text]").textContent,
    index,
  }));
  frame.querySelectorAll("[data-step]").forEach((element) => element.classList.add("hidden"));
  frame.querySelector("[data-plain]")?.classList.add("sr-only");

  const make = (tag, classes, text) => {
    const element = document.createElement(tag);
    element.className = classes;
    if (text) element.textContent = text;
    return element;
  };
  const button = (classes, label, text, action) => {
    const element = make("button", classes, text);
    element.type = "button";
    if (label) element.setAttribute("aria-label", label);
    element.addEventListener("click", action);
    return element;
  };
  const board = frame.appendChild(make("div", "grid gap-4 min-w-0"));
  const news = frame.appendChild(make("p", "sr-only"));
  news.setAttribute("role", "status");

  const chosen = () => rows.filter((row) => row.field.value).sort((a, b) => Number(a.field.value) - Number(b.field.value) || a.index - b.index);
  const write = (order, said) => {
    rows.forEach((row) => { row.field.value = ""; });
    order.forEach((row, place) => { row.field.value = String(place + 1); });
    if (said) news.textContent = said;
    draw();
    rows[0].field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const draw = (focus) => {
    const order = chosen();
    const left = rows.filter((row) => !row.field.value);
    board.replaceChildren();
    if (order.length) {
      const box = board.appendChild(make("div", "grid gap-2 min-w-0"));
      box.append(make("p", "text-sm muted", word("Chosen")));
      const list = box.appendChild(make("ol", "grid gap-2 min-w-0"));
      order.forEach((row, place) => {
        const line = list.appendChild(make("li", "flex gap-2 items-center ps-3 pe-1.5 py-1.5 min-h-14 rounded-box border border-primary bg-primary/8"));
        line.append(make("span", "inline-grid place-items-center size-7 shrink-0 rounded-full bg-primary text-primary-content font-semibold text-sm", String(place + 1)));
        line.append(make("span", "min-w-0 grow break-words leading-snug py-1", row.text));
        const arrows = line.appendChild(make("span", "flex shrink-0"));
        const move = (by) => () => {
          const next = [...order];
          next.splice(place, 1);
          next.splice(place + by, 0, row);
          write(next, `${row.text}, ${word("Place")} ${place + by + 1}`);
          board.querySelectorAll("li")[place + by]?.querySelectorAll("button")[by < 0 ? 0 : 1]?.focus();
        };
        const up = button("btn btn-ghost btn-square text-lg", `${word("Up")}: ${row.text}`, "↑", move(-1));
        const down = button("btn btn-ghost btn-square text-lg", `${word("Down")}: ${row.text}`, "↓", move(1));
        up.disabled = place === 0;
        down.disabled = place === order.length - 1;
        arrows.append(up, down);
      });
    }
    if (left.length) {
      const box = board.appendChild(make("div", "grid gap-2 min-w-0"));
      box.append(make("p", "text-sm muted", word("Left")));
      left.forEach((row) => {
        const tap = button("flex gap-3 items-center text-start px-3 py-2.5 min-h-14 rounded-box border border-base-300 bg-base-100 hover:border-primary cursor-pointer", "", "", () => {
          write([...order, row], `${row.text}, ${word("Place")} ${order.length + 1}`);
          board.querySelector("[data-tap]")?.focus();
        });
        tap.dataset.tap = "";
        tap.append(make("span", "size-7 shrink-0 rounded-full border border-dashed border-base-content/60"));
        tap.append(make("span", "min-w-0 grow break-words leading-snug", row.text));
        box.append(tap);
      });
    }
    if (order.length) board.append(button("link text-sm min-h-11 justify-self-start", "", word("Reset"), () => write([], word("Left"))));
    if (focus) board.querySelector("button")?.focus();
  };
  draw();
}
