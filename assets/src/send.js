// A file goes from here straight to the bucket: announced, sent with its progress, and
// said to be there. What is told of it, `state` says until it is checked.

const asked = { accept: "application/json" };

/** Announces a file; what can't be taken is an error that is `final`. */
export async function announce(action, said) {
  const answer = await fetch(action, { method: "POST", body: new URLSearchParams(said), headers: asked });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  throw Object.assign(new Error(told.error ?? "That didn't work."), { final: answer.status === 422 });
}

/** Sends an announced file, and says that it is there. */
export async function deliver(file, told, csrf, progress) {
  if (told.done) return;
  await put(file, told, progress);
  const answer = await fetch(told.complete, { method: "POST", body: new URLSearchParams({ csrf }), headers: asked });
  if (!answer.ok) throw new Error("That didn't work.");
}

function put(file, { url, fields }, progress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    body.append("file", file);
    const request = new XMLHttpRequest();
    const failed = () => reject(new Error("The connection broke off."));
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(loaded, total));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : failed()));
    request.addEventListener("error", failed);
    request.addEventListener("timeout", failed);
    request.open("POST", url);
    request.send(body);
  });
}

/** Waits until a file is checked; one that is refused is an error that is `final`. */
export async function checked({ state }) {
  for (let pause = 700; ; pause = Math.min(pause * 1.4, 10_000)) {
    const answer = await fetch(state, { headers: asked });
    const told = answer.ok ? await answer.json() : {};
    if (told.state === "ready") return;
    if (told.state === "refused") throw Object.assign(new Error(told.error), { final: true });
    if (answer.status === 401 || answer.status === 404) throw new Error("That didn't work.");
    await new Promise((done) => setTimeout(done, pause));
  }
}

export const sizeOf = (bytes) => (bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`);
export const make = (tag, text, className) => Object.assign(document.createElement(tag), { textContent: text, className });
