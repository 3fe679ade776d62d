// Pictures, large, without leaving the page. Without it each has a page of its own.
import { make } from "./send.js";

let viewer;
let shown = [];
let at = 0;

function button(label, words, act) {
  const one = make("button", words, "btn btn-sm");
  one.type = "button";
  one.setAttribute("aria-label", label);
  one.addEventListener("click", act);
  return one;
}

function build() {
  const dialog = make("dialog", "", "lightbox");
  dialog.setAttribute("aria-label", "Picture");
  const [image, caption, page, bar] = [make("img", ""), make("p", ""), make("a", "Details", "btn btn-sm"), make("div", "", "lightbox-bar")];
  const previous = button("Previous picture", "←", () => show(at - 1));
  const next = button("Next picture", "→", () => show(at + 1));
  bar.append(previous, next, page, button("Close", "×", () => dialog.close()));
  dialog.append(bar, image, caption);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowLeft") show(at - 1);
    if (key === "ArrowRight") show(at + 1);
  });
  document.body.append(dialog);
  return { dialog, image, caption, page, previous, next };
}

function show(n) {
  if (n < 0 || n >= shown.length) return;
  at = n;
  const { href, caption } = shown[n];
  viewer.image.src = `${href}/image`;
  viewer.image.alt = caption;
  viewer.caption.textContent = shown.length > 1 ? `${caption} (${n + 1} of ${shown.length})` : caption;
  viewer.page.href = href;
  viewer.previous.disabled = n === 0;
  viewer.next.disabled = n === shown.length - 1;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-picture]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const strip = [...document.querySelectorAll("a[data-shot]")];
  shown = strip.map((one) => ({ href: one.pathname, caption: one.dataset.caption }));
  let n = shown.findIndex((one) => one.href === link.pathname);
  if (n < 0) {
    shown = [{ href: link.pathname, caption: link.querySelector("img")?.alt ?? "" }];
    n = 0;
  }
  viewer ??= build();
  show(n);
  viewer.dialog.showModal();
});
