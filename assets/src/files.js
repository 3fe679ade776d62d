// The form of files: chosen or dropped, sent two at a time with their progress. What
// fails can be sent again.
import { announce, checked, deliver, make, sizeOf } from "./send.js";

const AT_ONCE = 2;
const form = document.querySelector("form[data-files]");

if (form) {
  const [field, drop, queue] = [form.querySelector("input[type=file]"), form.querySelector("[data-drop]"), form.querySelector("[data-queue]")];
  const max = Number(form.dataset.max);
  const files = [];
  let [sending, announced] = [0, 0];

  form.querySelector("[data-plain]").hidden = true;
  form.querySelector("[data-scripted]").hidden = false;
  field.multiple = "several" in form.dataset;

  function say(entry, state, words) {
    entry.state = state;
    entry.words.textContent = words;
    entry.row.dataset.state = state;
    entry.bar.hidden = state !== "sending";
    entry.button.hidden = state === "sending" || state === "done";
    entry.button.textContent = state === "failed" ? "Retry" : "Remove";
    entry.button.setAttribute("aria-label", `${entry.button.textContent} ${entry.file.name}`);
  }

  function add(file) {
    if (!field.multiple) for (const old of files.splice(0)) old.row.remove();
    const entry = { file, row: make("li", ""), bar: make("progress", ""), words: make("span", "", "muted"), button: make("button", "", "btn btn-sm") };
    entry.button.type = "button";
    entry.bar.max = file.size || 1;
    entry.bar.value = 0;
    entry.bar.setAttribute("aria-label", file.name);
    entry.row.append(make("b", file.name), make("small", sizeOf(file.size)), entry.bar, entry.words, entry.button);
    entry.button.addEventListener("click", () => {
      if (entry.state === "failed") return say(entry, "waiting", "Waits") ?? start();
      files.splice(files.indexOf(entry), 1);
      entry.row.remove();
    });
    queue.append(entry.row);
    files.push(entry);
    if (file.size > max) say(entry, "refused", "Larger than what can be taken.");
    else if (file.size === 0) say(entry, "refused", "The file is empty.");
    else say(entry, "chosen", "");
  }

  const take = (list) => [...list].forEach(add);

  /** What is said of a file; each gets a number of its own once. */
  function said(entry) {
    entry.n ??= announced++;
    const said = new URLSearchParams(new FormData(form, form.querySelector("button.btn-primary")));
    said.delete("file");
    if (files.length > 1) said.delete("title");
    for (const [name, value] of Object.entries({ name: entry.file.name, size: entry.file.size, n: entry.n })) said.set(name, value);
    return said;
  }

  function progress(entry, loaded, total) {
    entry.bar.max = total;
    entry.bar.value = loaded;
    entry.words.textContent = `${Math.floor((100 * loaded) / total)} %`;
  }

  async function send(entry) {
    try {
      say(entry, "sending", "");
      const told = await announce(form.action, said(entry));
      await deliver(entry.file, told, form.elements.csrf.value, (loaded, total) => progress(entry, loaded, total));
      if (!("watch" in form.dataset)) return say(entry, "done", "Sent. It is listed as soon as it is checked.");
      say(entry, "done", "Sent. It is being checked.");
      await checked(told);
      say(entry, "done", "Sent and checked.");
    } catch (error) {
      say(entry, error.final ? "refused" : "failed", error.message);
    }
  }

  function start() {
    for (const entry of files) {
      if (sending === AT_ONCE) return;
      if (entry.state !== "waiting") continue;
      sending += 1;
      send(entry).finally(() => {
        sending -= 1;
        start();
      });
    }
  }

  field.addEventListener("change", () => {
    take(field.files);
    field.value = "";
    field.classList.remove("is-invalid");
  });
  for (const kind of ["dragover", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop") take(event.dataTransfer.files);
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const entry of files) if (entry.state === "chosen") say(entry, "waiting", "Waits");
    if (files.length === 0) field.focus();
    start();
  });
  addEventListener("beforeunload", (event) => sending > 0 && event.preventDefault());
}
