// One server for all tests, on any free port, with data that is thrown away.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inRepository } from "./files.js";

const RESULTS = inRepository("tests/browser/results");
const START_WITHIN = 120_000;
const STOP_WITHIN = 30_000;

/** Starts it, and gives what stops it. */
export default async function start() {
  const folder = await mkdtemp(join(tmpdir(), "secportal-browser-"));
  const data = join(folder, "data");
  const server = spawn(inRepository("target/debug/local"), {
    env: { ...process.env, PORT: "0", DATA_DIR: data, RESET: "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit").then(
    ([code, signal]) => signal ?? code,
    (error) => error.message,
  );
  let told = false;
  ended.then((how) => told || console.error(`The server ended by itself: ${how}`));
  const stop = async () => {
    told = true;
    server.kill("SIGTERM");
    const how = await within(STOP_WITHIN, ended);
    if (how === "late") server.kill("SIGKILL");
    await mkdir(RESULTS, { recursive: true });
    await copyFile(join(data, "server.log"), join(RESULTS, "server.log")).catch(() => {});
    await rm(folder, { recursive: true, force: true });
    if (how !== 0) throw new Error(`The server didn't stop in order: ${how}`);
  };
  const how = await within(START_WITHIN, Promise.race([ready(server), ended]));
  if (how !== "ready") {
    await stop().catch(() => {});
    throw new Error(`The server didn't start: ${how}`);
  }
  process.env.PORTAL_FOLDER = folder;
  return stop;
}

/** Once it says that it is; what it says afterwards is passed over. */
async function ready(server) {
  const lines = createInterface({ input: server.stdout });
  await new Promise((resolve) => lines.on("line", (line) => line.startsWith("ready ") && resolve()));
  return "ready";
}

async function within(ms, promise) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, "late")));
  const first = await Promise.race([promise, late]);
  clearTimeout(timer);
  return first;
}
