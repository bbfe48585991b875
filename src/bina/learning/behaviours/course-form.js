// The forms of authors: what is typed survives a power cut, marks of Markdown have buttons, files are sent at once, the phone shows what was saved.
import { fillFields, readFields } from "../../design/behaviours/form-fields.js";

const PREFIX = "bina-course:";
const stored = (key) => { try { return JSON.parse(localStorage.getItem(key) || "null"); } catch { return null; } };
const keep = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* storage full: the form itself still holds the text */ } };
const drop = (key) => { try { localStorage.removeItem(key); } catch { /* nothing to remove */ } };

// --- What is typed stays -----------------------------------------------------------------------------------------------
const offer = (form, key, draft, touched) => {
  const box = document.createElement("div");
  box.className = "card-box border-s-4 border-s-accent px-4 py-3 flex flex-wrap gap-3 items-center";
  box.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = form.dataset.wordFound;
  const button = (label, look, act) => {
    const made = document.createElement("button");
    made.type = "button"; made.className = `btn ${look}`; made.textContent = label;
    made.addEventListener("click", () => { act(); box.remove(); });
    return made;
  };
  box.append(words,
    button(form.dataset.wordRestore, "btn-primary", () => { fillFields(form, draft); touched(); }),
    button(form.dataset.wordDrop, "btn-ghost", () => drop(key)));
  form.prepend(box);
};

const drafts = (form) => {
  const key = PREFIX + form.dataset.draftKey, saver = form.querySelector("[data-autosave]");
  const draft = stored(key);
  if (draft && form.dataset.isFresh && JSON.stringify(draft) !== JSON.stringify(readFields(form))) {
    offer(form, key, draft, () => saver.dispatchEvent(new Event("bina-save")));
  } else if (form.dataset.isFresh) drop(key);
  let sent = "";
  form.addEventListener("input", () => keep(key, readFields(form)));
  saver.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt === saver) sent = JSON.stringify(readFields(form)); });
  saver.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== saver) return;
    const line = document.getElementById("saved");
    if (event.detail.successful && line?.dataset.saved !== undefined) {
      if (sent === JSON.stringify(readFields(form))) drop(key);
      document.querySelectorAll("[data-phone]").forEach((phone) => phone.contentWindow?.location.reload());
    } else if (!event.detail.successful && line) line.textContent = form.dataset.wordOffline;
  });
  window.addEventListener("online", () => { if (stored(key)) saver.dispatchEvent(new Event("bina-save")); });
  // After all who may hold the form back, e.g. until a file has arrived.
  document.addEventListener("submit", (event) => { if (event.target === form && !event.defaultPrevented) drop(key); });
};

// --- Marks of Markdown ---------------------------------------------------------------------------------------------------
const MARKS = { bold: ["**", "**"], italic: ["*", "*"], link: ["[", "](https://)"] };
const STARTS = { heading: "## ", list: "- ", numbers: "1. ", box: "> " };

const write = (area, start, end, text, from, to) => {
  area.focus();
  area.setSelectionRange(start, end);
  // So that Ctrl+Z takes it back; where that is not possible the text is set.
  if (!document.execCommand?.("insertText", false, text)) area.setRangeText(text, start, end, "end");
  area.setSelectionRange(from, to);
  area.dispatchEvent(new Event("input", { bubbles: true }));
};

const apply = (area, name) => {
  const { selectionStart: start, selectionEnd: end, value } = area;
  if (MARKS[name]) {
    const [open, close] = MARKS[name], chosen = value.slice(start, end);
    write(area, start, end, open + chosen + close, start + open.length, start + open.length + chosen.length);
    return;
  }
  const first = value.lastIndexOf("\n", start - 1) + 1;
  const last = value.indexOf("\n", end) < 0 ? value.length : value.indexOf("\n", end);
  const lines = value.slice(first, last).split("\n").map((line, number) => (name === "numbers" ? `${number + 1}. ` : STARTS[name]) + line);
  const text = (name === "box" ? "> [!PENTING]\n" : "") + lines.join("\n");
  write(area, first, last, text, first + text.length, first + text.length);
};

// A picture as it is (``file``), or what has arrived in portions (``upload``), becomes media of the course; says its name there.
const take = (form, url, field, value, bar) => new Promise((done, fail) => {
  const data = new FormData(), request = new XMLHttpRequest();
  data.append(field, value);
  data.append("answer", "json");
  data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  request.open("POST", url);
  request.responseType = "json";
  if (bar) {
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = 100 * event.loaded / event.total; });
    bar.hidden = false; bar.value = 0;
  }
  request.addEventListener("load", () => (request.response?.name ? done(request.response.name) : fail(request.response?.problem || "")));
  request.addEventListener("error", () => fail(""));
  request.send(data);
}).finally(() => { if (bar) bar.hidden = true; });

const pictures = (form, frame, area, button) => {
  const box = frame.querySelector("[data-picture-box]");
  if (!box) return;
  const part = (name) => box.querySelector(`[data-picture-${name}]`);
  const show = (isOpen) => {
    box.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    (isOpen ? part("file") : area).focus();
  };
  // Fields of this box are no fields of the form: what happens in them saves nothing.
  ["input", "change"].forEach((kind) => box.addEventListener(kind, (event) => event.stopPropagation()));
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault(); });
  button.addEventListener("click", () => show(box.hidden));
  part("close").addEventListener("click", () => show(false));
  part("insert").addEventListener("click", async () => {
    const problem = part("problem"), alt = part("alt"), file = part("file").files[0];
    problem.textContent = "";
    if (!alt.value.trim()) { problem.textContent = form.dataset.wordAlt; alt.focus(); return; }
    let name = part("name")?.value || "";
    if (file) {
      try { name = await take(form, form.dataset.uploadUrl, "file", file, part("progress")); }
      catch (why) { problem.textContent = why || form.dataset.wordFailed; return; }
    }
    if (!name) { problem.textContent = form.dataset.wordChoose; return; }
    const at = area.selectionEnd, text = `\n\n![${alt.value.trim().replace(/[[\]]/g, "")}](${name})\n\n`;
    show(false);
    write(area, at, at, text, at + text.length, at + text.length);
    part("file").value = ""; alt.value = "";
  });
};

const toolbars = (form) => form.querySelectorAll("[data-markdown]").forEach((frame) => {
  const area = frame.querySelector("textarea"), bar = frame.querySelector("[data-toolbar]");
  bar.hidden = false;
  area.classList.add("rounded-t-none");
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mark]");
    if (button && button.dataset.mark !== "image") apply(area, button.dataset.mark);
  });
  // One stop for the Tab key, arrows within, as toolbars do.
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...bar.querySelectorAll("button")], next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    all.forEach((one) => { one.tabIndex = one === next ? 0 : -1; });
    next.focus();
  });
  area.addEventListener("keydown", (event) => {
    const mark = (event.ctrlKey || event.metaKey) && { b: "bold", i: "italic", k: "link" }[event.key.toLowerCase()];
    if (mark) { event.preventDefault(); apply(area, mark); }
  });
  const image = bar.querySelector('[data-mark="image"]');
  if (image) pictures(form, frame, area, image);
});

// --- Files of a part: what has arrived in portions is taken at once -------------------------------------------------------
const uploads = (form) => form.querySelectorAll("[data-upload]").forEach((box) => {
  const list = box.querySelector("select");
  // Choosing a file changes nothing that could be saved yet.
  box.addEventListener("change", (event) => { if (event.target.type === "file") event.stopPropagation(); });
  box.addEventListener("bina:uploaded", async (event) => {
    event.preventDefault();
    const { upload, taken, kept } = event.detail;
    try {
      const name = await take(form, box.dataset.uploadUrl, "upload", upload);
      if (![...list.options].some((one) => one.value === name)) list.append(new Option(name, name));
      list.hidden = false;
      list.value = name;
      taken(box.dataset.wordKept.replace("{name}", name));
      list.dispatchEvent(new Event("change", { bubbles: true }));
    } catch (why) {
      // A refusal is final; without an answer the form still names the upload and takes it along.
      if (why) taken(why); else kept(box.dataset.wordFailed);
    }
  });
});

export default (form) => { drafts(form); toolbars(form); uploads(form); };
