// Whether an address is to be had, while it is typed.
for (const field of document.querySelectorAll("input[data-address]")) {
  const output = document.getElementById(field.dataset.output);
  let timer;
  const ask = async () => {
    const slug = field.value.trim();
    if (!slug) return output.replaceChildren();
    const query = new URLSearchParams({ slug });
    const answer = await fetch(`${field.dataset.address}?${query}`, { headers: { accept: "application/json" } }).catch(() => null);
    // Another one was typed meanwhile: its answer follows.
    if (slug !== field.value.trim()) return;
    if (!answer?.ok) return output.replaceChildren();
    const { text, error } = await answer.json();
    output.className = error ? "field-error" : "form-hint";
    output.textContent = error ?? text;
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 250);
  });
}
