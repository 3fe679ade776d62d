// A thread: opened at its end, kept there while new messages come, and noted as
// read once it is looked at. Without it there is a button for that.
const end = document.querySelector(".thread #end");

// Where the page stood before its messages are fetched again; afterwards, what to do.
export function follow() {
  if (!end) return () => {};
  const near = end.getBoundingClientRect().top < innerHeight + 120;
  return () => {
    if (near) end.scrollIntoView({ block: "end" });
    noteRead();
  };
}

async function noteRead() {
  const form = document.querySelector("form[data-read]");
  if (!form || document.hidden) return;
  form.removeAttribute("data-read");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    if (answer.type !== "opaqueredirect") return;
    form.hidden = true;
    document.querySelector(".page-tabs [data-unread]")?.remove();
  } catch {
    // The button is still there.
  }
}

if (end) {
  const asked = new URLSearchParams(location.search).has("before");
  if (!asked && !document.querySelector(".field-error")) end.scrollIntoView({ block: "end" });
  noteRead();
  document.addEventListener("visibilitychange", noteRead);
}
