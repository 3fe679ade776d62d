// The brand's preview follows what is typed and chosen. The server says whether a colour
// can be had; here it is shown as it would look.
const sample = document.querySelector("[data-brand-preview]");
const [name, accent] = ["name", "accent"].map((id) => sample && document.getElementById(id));
if (name && accent) {
  const shown = sample.querySelector("[data-brand-name]");
  name.addEventListener("input", () => (shown.textContent = name.value));
  accent.addEventListener("input", () => {
    for (const rule of ["--tblr-primary", "--tblr-link-color", "--tblr-primary-darken"]) sample.style.setProperty(rule, accent.value);
  });
}
