// The pulse: asks whether what the page shows has changed, and fetches the
// part of it that lives again. What somebody is typing is carried over, once asked for. Each
// answer says how much is unread, for the bell.
import htmx from "htmx.org/dist/htmx.esm.js";
import { prepare } from "./bulk.js";
import { offerDrafts } from "./draft.js";
import { offer } from "./preview.js";
import { follow } from "./thread.js";
import { localise } from "./time.js";
import { carry, isTouched } from "./typed.js";

Object.assign(htmx.config, { allowEval: false, includeIndicatorStyles: false, allowScriptTags: false, selfRequestsOnly: true });

const QUICK = 2_000;
const SLOW = 10_000;
const LIVELY_FOR = 120_000;
let lively = Date.now();
let timer;
let failures = 0;

const region = () => document.querySelector("#live[data-pulse]");
const isDirty = (root) => [...root.querySelectorAll("textarea, input, select")].some(isTouched);

function ring(unread) {
  const bell = document.querySelector(".bell");
  const count = Number(unread);
  if (!bell || unread === null || !Number.isInteger(count)) return;
  bell.querySelector(".bell-count")?.remove();
  if (count < 1) return;
  const [shown, words] = [document.createElement("span"), document.createElement("span")];
  shown.className = "bell-count";
  words.className = "visually-hidden";
  words.textContent = " unread";
  shown.append(count > 99 ? "99+" : String(count), words);
  bell.append(shown);
}

const show = (words) => document.querySelector(words)?.removeAttribute("hidden");

async function refresh(asked = false) {
  const live = region();
  if (isDirty(live) && !asked) return show("#changed");
  lively = Date.now();
  const [stay, putBack] = [follow(), carry(live)];
  await htmx.ajax("GET", location.href, { target: "#live", select: "#live", swap: "outerHTML" });
  localise(region());
  prepare(region());
  offer(region());
  putBack(region());
  offerDrafts(region());
  stay();
}

async function beat() {
  clearTimeout(timer);
  const live = region();
  if (!live || document.hidden) return;
  try {
    const answer = await fetch(live.dataset.pulse, { headers: { accept: "application/json" } });
    if (answer.status === 401) return show("#ended");
    if (answer.status === 404) return;
    failures = answer.ok ? 0 : failures + 1;
    ring(answer.headers.get("x-unread"));
    if (answer.status === 200) await refresh();
  } catch {
    failures += 1;
  }
  const quick = region()?.dataset.pace === "quick" || Date.now() - lively < LIVELY_FOR;
  const pace = quick ? QUICK : SLOW;
  timer = setTimeout(beat, pace * 2 ** Math.min(failures, 4));
}

if (region()) {
  const awake = () => {
    lively = Date.now();
    beat();
  };
  document.addEventListener("visibilitychange", awake);
  addEventListener("focus", awake);
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => (lively = Date.now()), { passive: true });
  timer = setTimeout(beat, QUICK);
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-reload]")) return;
  document.querySelector("#changed").hidden = true;
  refresh(true);
});
