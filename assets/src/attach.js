// Files of a message: sent as soon as they are chosen, dropped or pasted, and named by
// the form when it goes. Without it one file goes along with the form.
import { announce, checked, deliver, make, sizeOf } from "./send.js";

const MOST = 10;
const form = document.querySelector("form[data-attach]");

if (form) {
  const [field, drop, queue, button] = [form.querySelector("input[type=file]"), form.querySelector("[data-drop]"), form.querySelector("[data-queue]"), form.querySelector("button.btn-primary")];
  let [announced, busy] = [0, 0];

  form.enctype = "application/x-www-form-urlencoded";
  form.querySelector("[data-plain]").hidden = true;
  form.querySelector("[data-scripted]").hidden = false;
  field.multiple = true;

  function work(by) {
    busy += by;
    button.disabled = busy > 0;
  }

  /** Puts a way to take the file off into its row, and its id into the form. */
  function settle(row, id) {
    row.dataset.state = "done";
    row.append(Object.assign(make("input", ""), { type: "hidden", name: "files[]", value: id }));
  }

  function removable(row, name) {
    const button = make("button", "Remove", "btn btn-sm");
    button.type = "button";
    button.setAttribute("aria-label", `Remove ${name}`);
    button.addEventListener("click", () => row.remove());
    row.append(button);
  }

  async function send(file) {
    const [row, bar, words] = [make("li", ""), make("progress", ""), make("span", "", "muted")];
    const name = file.name || `file.${file.type.split("/")[1]}`;
    bar.max = file.size || 1;
    bar.value = 0;
    bar.setAttribute("aria-label", name);
    row.append(make("b", name), make("small", sizeOf(file.size)), bar, words);
    removable(row, name);
    queue.append(row);
    work(1);
    try {
      if (queue.children.length > MOST) throw new Error("Ten files can go along with a message at most.");
      if (file.size > Number(form.dataset.max)) throw new Error("Larger than what can be taken.");
      const csrf = form.elements.csrf.value;
      const told = await announce(form.dataset.attach, { csrf, id: form.dataset.upload, n: announced++, name, size: file.size });
      await deliver(file, told, csrf, (loaded, total) => {
        [bar.max, bar.value] = [total, loaded];
        words.textContent = `${Math.floor((100 * loaded) / total)} %`;
      });
      bar.hidden = true;
      words.textContent = "Being checked";
      await checked(told);
      words.textContent = "";
      settle(row, told.id);
    } catch (error) {
      bar.hidden = true;
      row.dataset.state = "failed";
      words.textContent = error.message;
    } finally {
      work(-1);
    }
  }

  const take = (list) => [...list].forEach(send);

  for (const row of queue.querySelectorAll("[data-file]")) {
    settle(row, row.dataset.file);
    removable(row, row.querySelector("b").textContent);
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
  form.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  // An empty field of a file has no place in the form then.
  form.addEventListener("formdata", ({ formData }) => ["file", "waiting"].forEach((name) => formData.delete(name)));
  addEventListener("beforeunload", (event) => busy > 0 && event.preventDefault());
}
