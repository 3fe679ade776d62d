// A field that two people changed: the saved text takes the place of one's own.
import { fill } from "./typed.js";

for (const button of document.querySelectorAll("button[data-use]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.use);
    fill(field, document.getElementById(`${button.dataset.use}-saved`).value);
    button.closest(".conflict").remove();
    field.focus();
  });
}
