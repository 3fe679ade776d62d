// Drafts: what somebody types into a form with a long text is kept in this browser until it
// was taken, and offered where the form is opened again. Signing out forgets all of it.
import { fieldsOf, fill, isTouched } from "./typed.js";

const PREFIX = "draft ";
const SENT = "sent form";
const WEEK = 7 * 86_400_000;
const PAUSE = 400;
const person = document.body.dataset.person;

const keyOf = (form) => `${PREFIX}${person} ${new URL(form.action).pathname}`;
const isDraftable = (form) => form.method === "post" && form.querySelector("textarea[name]:not([readonly])") && !form.querySelector("input[type=password]");

// A browser may refuse to keep anything, or have no room left: then there are no drafts.
function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
const forget = (key) => attempt(() => localStorage.removeItem(key));
const drafts = () => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) ?? [];

function save(form) {
  const values = Object.fromEntries(fieldsOf(form).filter(isTouched).map((field) => [field.name, field.value]));
  if (Object.keys(values).length === 0) return forget(keyOf(form));
  attempt(() => localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values })));
}

/** Offers what was typed into the forms within `root` and never taken. */
export function offerDrafts(root) {
  if (!person || !root) return;
  for (const form of root.querySelectorAll("form")) {
    if (!isDraftable(form) || form.querySelector(".draft-offer")) continue;
    const draft = read(keyOf(form));
    const lost = draft && fieldsOf(form).filter((field) => draft.values[field.name] !== undefined && draft.values[field.name] !== field.value);
    if (lost?.length) form.prepend(offer(form, draft));
  }
}

function offer(form, draft) {
  const row = document.createElement("div");
  row.className = "draft-offer alert alert-info";
  row.setAttribute("role", "status");
  const when = new Date(draft.at).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const button = (label, work) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "btn btn-sm", textContent: label });
    made.addEventListener("click", () => {
      row.remove();
      work();
    });
    return made;
  };
  const restore = () => {
    for (const field of fieldsOf(form)) if (draft.values[field.name] !== undefined) fill(field, draft.values[field.name]);
  };
  row.append(`Unsaved draft from ${when}.`, button("Restore draft", restore), button("Discard draft", () => forget(keyOf(form))));
  return row;
}

/** Whether the form that the last page sent was taken: a refusal has a status of its own. */
function settle() {
  const key = attempt(() => sessionStorage.getItem(SENT));
  if (!key) return;
  attempt(() => sessionStorage.removeItem(SENT));
  const [visit] = performance.getEntriesByType("navigation");
  const refused = visit?.responseStatus ? visit.responseStatus >= 400 : document.querySelector(".field-error, .alert-danger");
  const detour = ["/sign-in", "/sign-in/code", "/confirm"].includes(location.pathname);
  // Back and reload show a page that was there before.
  if (!refused && !detour && visit?.type === "navigate") forget(key);
}

if (person) {
  const waiting = new Map();
  const flush = () => {
    for (const [form, timer] of waiting) {
      clearTimeout(timer);
      save(form);
    }
    waiting.clear();
  };
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !isDraftable(form) || !event.isTrusted) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => {
      waiting.delete(form);
      save(form);
    }, PAUSE));
  });
  addEventListener("pagehide", flush);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    flush();
    if (new URL(form.action).pathname === "/sign-out") return drafts().forEach(forget);
    attempt(() => sessionStorage.setItem(SENT, keyOf(form)));
  });
  settle();
  for (const key of drafts()) if (!(Date.now() - read(key)?.at < WEEK)) forget(key);
  offerDrafts(document);
}
