// How markdown will look: rendered and sanitised by the server. The text may stand in
// the part of the page that is fetched again, so nothing is bound to it.

/** Offers the preview: without scripts there is none. */
export function offer(root) {
  for (const button of root.querySelectorAll("button[data-preview]")) button.hidden = false;
}

async function render(button, field, pane) {
  const csrf = button.form.elements.csrf.value;
  pane.textContent = "…";
  try {
    const answer = await fetch(button.dataset.preview, { method: "POST", body: new URLSearchParams({ csrf, text: field.value }) });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString((await answer.text()) || "<p>Nothing to show yet.</p>", "text/html");
    pane.replaceChildren(...page.body.childNodes);
  } catch {
    pane.textContent = "The preview can't be had just now. What you wrote is still here.";
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-preview]");
  if (!button) return;
  const field = document.getElementById(button.dataset.field);
  const pane = document.getElementById(button.getAttribute("aria-controls"));
  const show = pane.hidden;
  button.setAttribute("aria-expanded", String(show));
  button.firstElementChild.textContent = show ? "Write" : "Preview";
  if (show) await render(button, field, pane);
  pane.hidden = !show;
  field.hidden = show;
});

offer(document);
