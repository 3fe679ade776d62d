// A file that is too large is told before it is sent.
for (const field of document.querySelectorAll("input[type=file][data-max]")) {
  const message = document.getElementById(field.dataset.message);
  field.addEventListener("change", () => {
    const [file] = field.files;
    const tooLarge = file && file.size > Number(field.dataset.max);
    message.textContent = tooLarge ? `${file.name} is ${(file.size / 1048576).toFixed(1)} MB: larger than what can be taken.` : "";
    field.setCustomValidity(message.textContent);
    field.classList.toggle("is-invalid", Boolean(tooLarge));
  });
}
