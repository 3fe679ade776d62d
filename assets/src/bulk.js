// Lists in which many are chosen: all at once, and only the fields that what is
// to be done asks for. Without it all of them are there.
const QUIET = new Set(["publish", "withdraw", "assign", "due"]);

function fit(root) {
  const what = root.querySelector("select[name=what]").value;
  for (const field of root.querySelectorAll("[data-for]")) {
    const wanted = field.dataset.for;
    field.hidden = wanted === "note" ? !what || QUIET.has(what) : wanted !== what;
  }
}

export function prepare(root) {
  for (const fields of root.querySelectorAll("[data-bulk]")) fit(fields);
  for (const button of root.querySelectorAll("[data-choose-all]")) button.hidden = false;
}

document.addEventListener("change", (event) => {
  const fields = event.target.closest("[data-bulk]");
  if (fields && event.target.name === "what") fit(fields);
  const form = event.target.closest(".bulk-form");
  if (!form) return;
  const chosen = form.querySelectorAll(".picks [aria-labelledby]:checked").length;
  if (chosen) form.querySelector("details.bulk").open = true;
  form.querySelector("details.bulk > summary").textContent = chosen ? `Change the ${chosen} chosen` : "Change the chosen";
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-choose-all]");
  if (!button) return;
  const boxes = [...button.form.querySelectorAll(".picks [aria-labelledby]")];
  const all = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !all;
  button.textContent = all ? "Choose all" : "Choose none";
  boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
});
prepare(document);
