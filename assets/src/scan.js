// A large scan goes from here straight to the bucket, with its progress; a small
// one goes the way of the form.
import { announce, deliver } from "./send.js";

const form = document.querySelector("form[data-scan]");

if (form) {
  const field = form.querySelector("input[type=file]");
  const [bar, message] = [form.querySelector("progress"), document.getElementById(field.dataset.message)];
  let sending = false;

  form.querySelector("[data-plain]").hidden = true;
  form.querySelector("[data-scripted]").hidden = false;

  async function send(file) {
    const said = new URLSearchParams({ csrf: form.elements.csrf.value, id: form.elements.id.value, name: file.name, size: file.size });
    const told = await announce(form.action, said);
    await deliver(file, told, form.elements.csrf.value, (loaded, total) => {
      bar.max = total;
      bar.value = loaded;
    });
    return `${form.action}s/${told.id}`;
  }

  // Before whatever else looks at the form being sent.
  form.addEventListener(
    "submit",
    async (event) => {
      const [file] = field.files;
      if (!sending && (!file || file.size <= Number(form.dataset.small))) return;
      event.preventDefault();
      event.stopPropagation();
      if (sending) return;
      sending = true;
      message.textContent = "";
      bar.hidden = false;
      try {
        const next = await send(file);
        sending = false;
        location.assign(next);
      } catch (error) {
        sending = false;
        bar.hidden = true;
        message.textContent = error.message;
      }
    },
    { capture: true },
  );
  field.addEventListener("change", () => (bar.hidden = true));
  addEventListener("beforeunload", (event) => sending && event.preventDefault());
}
