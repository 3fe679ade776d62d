// The CVSS calculator: a choice writes the vector at once, and a vector that is
// typed makes the choices. Without it the button does the same.
const field = document.querySelector("input#vector");
const calculators = [...document.querySelectorAll("[data-calculator]")];

function write(calculator) {
  const parts = [...calculator.querySelectorAll("[data-metric]")].map(({ dataset, value }) => value && `${dataset.metric}:${value}`);
  if (!parts.every(Boolean)) return;
  const prefix = `CVSS:${calculator.dataset.calculator}`;
  const [version, ...typed] = field.value.trim().split("/");
  // Temporal and environmental metrics, which have no field here, stay.
  const beyond = typed.filter((part) => version === prefix && part && !calculator.querySelector(`[data-metric="${CSS.escape(part.split(":")[0])}"]`));
  field.value = [prefix, ...parts, ...beyond].join("/");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function read() {
  const [version, ...parts] = field.value.trim().split("/");
  const calculator = calculators.find(({ dataset }) => version === `CVSS:${dataset.calculator}`);
  if (!calculator) return;
  const values = new Map(parts.map((part) => part.split(":")));
  for (const select of calculator.querySelectorAll("[data-metric]")) select.value = values.get(select.dataset.metric) ?? "";
}

if (field) {
  field.addEventListener("change", read);
  for (const calculator of calculators) {
    calculator.addEventListener("change", () => write(calculator));
    calculator.querySelector("button").hidden = true;
  }
}
