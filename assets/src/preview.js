// How markdown will look: rendered and sanitised by the server.
for (const button of document.querySelectorAll("button[data-preview]")) {
  const field = document.getElementById(button.dataset.field);
  const pane = document.getElementById(button.getAttribute("aria-controls"));
  button.hidden = false;
  button.addEventListener("click", async () => {
    const show = pane.hidden;
    button.setAttribute("aria-expanded", String(show));
    button.firstElementChild.textContent = show ? "Write" : "Preview";
    if (show) {
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
    pane.hidden = !show;
    field.hidden = show;
  });
}
