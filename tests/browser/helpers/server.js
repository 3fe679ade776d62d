// One server for all tests, on any free port, with data that is thrown away.
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRepository } from "./files.js";
import { launch, within } from "./launch.js";

const RESULTS = inRepository("tests/browser/results");
const STOP_WITHIN = 30_000;

/** Starts it, and gives what stops it. */
export default async function start() {
  // Something deployed is up already, and PORTAL_FOLDER says who is there.
  if (process.env.DEPLOYED) return () => {};
  const folder = await mkdtemp(join(tmpdir(), "secportal-browser-"));
  const data = join(folder, "data");
  const { server, ended, how, said } = await launch(data);
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
  if (how !== "ready") {
    await stop().catch(() => {});
    throw new Error(`The server didn't start: ${how}\n${said()}`);
  }
  process.env.PORTAL_FOLDER = folder;
  return stop;
}
