// The development server as a process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { inRepository } from "./files.js";

const START_WITHIN = 120_000;

/** Starts it on any free port with its data in a folder; gives it once it is
 *  ready, or what it said when it ended before. */
export async function launch(data, settings = {}) {
  const server = spawn(inRepository(process.env.SERVER ?? "target/debug/local"), {
    env: { ...process.env, PORT: "0", RESET: "", DATA_DIR: data, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (some) => (said += some));
  const ended = once(server, "exit").then(
    ([code, signal]) => signal ?? code,
    (error) => error.message,
  );
  const how = await within(START_WITHIN, Promise.race([ready(server), ended]));
  if (how === "late") server.kill("SIGKILL");
  return { server, ended, how, said: () => said };
}

/** Once it says that it is; what it says afterwards is passed over. */
async function ready(server) {
  const lines = createInterface({ input: server.stdout });
  await new Promise((resolve) => lines.on("line", (line) => line.startsWith("ready ") && resolve()));
  return "ready";
}

/** What comes of a promise, or "late". */
export async function within(ms, promise) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, "late")));
  const first = await Promise.race([promise, late]);
  clearTimeout(timer);
  return first;
}
