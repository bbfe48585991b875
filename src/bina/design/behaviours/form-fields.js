// What stands in a form: read into an object by field name, and put back from one. Hidden, secret and file fields never leave it.
const LEFT_OUT = ["hidden", "submit", "password", "file"];
const isChoice = (field) => field.type === "radio" || field.type === "checkbox";
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !LEFT_OUT.includes(field.type));

export const readFields = (form) => {
  const all = {};
  fieldsOf(form).forEach((field) => {
    all[field.name] ??= [];
    if (!isChoice(field) || field.checked) all[field.name].push(field.value);
  });
  return all;
};

// With onlyEmpty, what the server wrote into a text field wins over what was kept.
export const fillFields = (form, kept, onlyEmpty = false) => fieldsOf(form).forEach((field) => {
  if (!(field.name in kept)) return;
  if (isChoice(field)) field.checked = kept[field.name].includes(field.value);
  else if (!onlyEmpty || !field.value) field.value = kept[field.name][0] ?? "";
});
