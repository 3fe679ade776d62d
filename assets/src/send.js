// One file's way to the bucket: announced, sent, and said to be there.
const json = { accept: "application/json" };

/** Says what will be sent; the answer says where to. */
export async function ask(form, said) {
  const answer = await fetch(form.action, { method: "POST", body: said, headers: json });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  throw Object.assign(new Error(told.error ?? "That didn't work."), { final: answer.status === 422 });
}

/** Sends a file by the form that the server signed. */
export const put = (file, { url, fields }, progress) =>
  new Promise((resolve, reject) => {
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

/** Says that it is there; the answer's address shows what becomes of it. */
export async function complete(form, told) {
  const csrf = new URLSearchParams({ csrf: form.elements.csrf.value });
  const answer = await fetch(told.complete, { method: "POST", body: csrf, headers: json });
  if (!answer.ok) throw new Error("That didn't work.");
  return answer.url;
}
