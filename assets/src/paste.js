// Pictures that are pasted or dropped into a text: sent at once, and named in it. The
// text may stand in the part of the page that is fetched again, so nothing is bound to it.
import { announce, checked, deliver, make } from "./send.js";

const numbers = new Map();
const area = (event) => event.target.closest?.("form[data-paste] textarea");
const pictures = (data) => [...(data?.files ?? [])].filter((file) => /^image\/(png|jpeg|webp|gif)$/.test(file.type));

/** Each picture of a page gets a number of its own. */
function number(form) {
  const id = form.dataset.pasteId;
  numbers.set(id, (numbers.get(id) ?? -1) + 1);
  return numbers.get(id);
}

/** Puts words in place of others in a text, or at its cursor; undoing works. */
function write(field, words, instead) {
  const from = instead === undefined ? field.selectionStart : field.value.indexOf(instead);
  if (from < 0) return;
  const to = instead === undefined ? field.selectionEnd : from + instead.length;
  field.setRangeText(words, from, to, instead === undefined ? "end" : "preserve");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function status(field) {
  let list = field.parentElement.querySelector(".queue");
  if (!list) {
    list = make("ul", "", "queue");
    list.setAttribute("aria-live", "polite");
    field.after(list);
  }
  const [row, words] = [make("li", ""), make("span", "")];
  row.append(words);
  list.append(row);
  return { row, words };
}

/** For whom the text is, the picture is: from then on that can't be changed. */
function settle(form) {
  const internal = form.querySelector("input[name=internal]");
  if (!internal || internal.dataset.settled) return;
  internal.dataset.settled = "yes";
  internal.addEventListener("click", (event) => event.preventDefault());
  const words = internal.checked ? "The picture in it is only for the team, and so this is." : "The client can see the picture in it already.";
  internal.closest(".field").append(make("div", words, "form-hint"));
}

/** Line ends that make what is written at the cursor a paragraph of its own: in a table or behind
    the fence of a code block a picture would be none. */
function apart(field, words) {
  const [before, after] = [field.value.slice(0, field.selectionStart), field.value.slice(field.selectionEnd)];
  const [above, below] = [/\n*$/.exec(before)[0].length, /^\n*/.exec(after)[0].length];
  const lines = (there, text) => (text ? "\n".repeat(Math.max(0, 2 - there)) : "");
  return lines(above, before.trim()) + words + lines(below, after.trim());
}

async function send(field, file) {
  const form = field.form;
  const { row, words } = status(field);
  const n = number(form);
  const name = file.name || `screenshot.${file.type.split("/")[1]}`;
  const mark = `![Sending ${name.replace(/[[\]()]/g, "")} ${n + 1}…]()`;
  const internal = form.querySelector("input[name=internal]:checked") ? "yes" : "";
  write(field, apart(field, mark));
  try {
    words.textContent = `${name}: …`;
    const csrf = form.elements.csrf.value;
    const said = { csrf, id: form.dataset.pasteId, n, name, size: file.size, internal };
    const told = await announce(form.dataset.paste, said);
    settle(form);
    await deliver(file, told, csrf, (loaded, total) => (words.textContent = `${name}: ${Math.floor((100 * loaded) / total)} %`));
    write(field, `![Screenshot](evidence:${told.id})`, mark);
    words.textContent = `${name}: being checked`;
    await checked(told);
    row.remove();
  } catch (error) {
    write(field, "", mark);
    row.dataset.state = "failed";
    words.textContent = `${name}: ${error.message}`;
  }
}

function take(event, data) {
  const field = area(event);
  const files = field ? pictures(data) : [];
  if (files.length === 0) return;
  event.preventDefault();
  for (const file of files) send(field, file);
}

document.addEventListener("paste", (event) => take(event, event.clipboardData));
document.addEventListener("drop", (event) => take(event, event.dataTransfer));
document.addEventListener("dragover", (event) => {
  if (area(event) && [...event.dataTransfer.types].includes("Files")) event.preventDefault();
});
