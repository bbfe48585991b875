// The form of an item: what was typed survives a lost session or a closed window, and is offered again, never forced.
const PREFIX = "bina-item:";

const stored = (key) => { try { return JSON.parse(localStorage.getItem(key) || "null"); } catch { return null; } };
const keep = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* storage full: the form itself still holds the text */ } };
const drop = (key) => { try { localStorage.removeItem(key); } catch { /* nothing to remove */ } };

const fieldsOf = (form) => [...new FormData(form).entries()].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");

// The page of an item shows that a form arrived: what was sent is no draft any more.
const clear = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && stored(key)?.sent).forEach(drop);

const offer = (form, key, draft) => {
  const box = document.createElement("div");
  box.className = "card-box border-s-4 border-s-accent px-4 py-3 mb-5 flex flex-wrap gap-3 items-center";
  box.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = form.dataset.wordFound;
  const button = (label, look, act) => {
    const made = document.createElement("button");
    made.type = "button"; made.className = `btn ${look}`; made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };
  box.append(words,
    button(form.dataset.wordRestore, "btn-primary", () => {
      const sender = document.createElement("form");
      sender.method = "post"; sender.hidden = true;
      const token = form.elements.csrfmiddlewaretoken.value;
      [...draft.fields, ["csrfmiddlewaretoken", token], ["do", "check"]].forEach(([name, value]) => {
        const field = document.createElement("textarea");
        field.name = name; field.value = value; sender.append(field);
      });
      document.body.append(sender);
      sender.submit();
    }),
    button(form.dataset.wordDrop, "btn-ghost", () => { drop(key); box.remove(); }));
  form.prepend(box);
};

export default (element) => {
  if (element.dataset.clearsDrafts !== undefined) { try { clear(); } catch { /* private mode */ } return; }
  const form = element, key = PREFIX + form.dataset.draftKey, draft = stored(key);
  if (draft && form.dataset.isFresh && JSON.stringify(draft.fields) !== JSON.stringify(fieldsOf(form))) offer(form, key, draft);
  const remember = (sent = false) => keep(key, { fields: fieldsOf(form), sent });
  form.addEventListener("input", () => remember());
  form.addEventListener("htmx:afterSwap", () => remember());
  form.addEventListener("submit", (event) => { if (!event.submitter?.formTarget) remember(event.submitter?.value === "save"); });
};
