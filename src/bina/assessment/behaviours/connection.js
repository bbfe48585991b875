// Says plainly when saving failed because the line is gone, and takes the words back when it works again.
let listening = false;

export default function connection() {
  if (listening) return;
  listening = true;
  const show = (hidden) => () => {
    const box = document.getElementById("offline");
    if (box) box.hidden = hidden;
  };
  document.body.addEventListener("htmx:sendError", show(false));
  document.body.addEventListener("htmx:timeout", show(false));
  document.body.addEventListener("htmx:afterOnLoad", show(true));
}
