// What somebody typed into fields, as against what the page gave them.

export function isTouched(field) {
  if (["hidden", "password", "file", "submit", "button"].includes(field.type)) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((option, n) => option.selected !== (option.defaultSelected || (n === 0 && !field.querySelector("option[selected]"))));
  return field.value !== field.defaultValue;
}

/** Fields that hold text or a choice of it, by name. */
export const fieldsOf = (root) => [...root.querySelectorAll("input[name], textarea[name], select[name]")].filter((field) => !["hidden", "password", "file", "checkbox", "radio", "submit"].includes(field.type) && !field.readOnly);

export function fill(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const placeOf = (field) => `${field.form ? new URL(field.form.action).pathname : ""} ${field.name} ${field.id}`;

/** Notes what was typed within `root`; afterwards puts it into the fields that took their place. */
export function carry(root) {
  const active = document.activeElement;
  const kept = new Map(fieldsOf(root).filter(isTouched).map((field) => [placeOf(field), { value: field.value, from: field.selectionStart, to: field.selectionEnd, focused: field === active }]));
  return (target) => {
    for (const field of fieldsOf(target)) {
      const was = kept.get(placeOf(field));
      if (!was) continue;
      fill(field, was.value);
      if (!was.focused) continue;
      field.focus({ preventScroll: true });
      if (was.from !== null && field.setSelectionRange) field.setSelectionRange(was.from, was.to);
    }
  };
}
