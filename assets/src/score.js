// What a CVSS vector scores, while it is typed.
for (const field of document.querySelectorAll("input[data-score]")) {
  const output = document.getElementById(field.dataset.output);
  let timer;
  const ask = async () => {
    if (!field.value.trim()) return output.replaceChildren();
    const query = new URLSearchParams({ vector: field.value });
    const answer = await fetch(`${field.dataset.score}?${query}`, { headers: { accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return output.replaceChildren();
    const { score, severity, error } = await answer.json();
    const badge = document.createElement("span");
    badge.className = error ? "field-error" : `sev sev-${severity}`;
    badge.textContent = error ?? `${severity[0].toUpperCase()}${severity.slice(1)} ${score}`;
    output.replaceChildren(badge);
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 250);
  });
}
