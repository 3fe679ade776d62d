// A server for each worker, on any free port, with data that is thrown away: tests that run
// side by side share nothing.
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRepository } from "./files.js";
import { launch, within } from "./launch.js";

const RESULTS = inRepository("tests/browser/results");
const STOP_WITHIN = 30_000;

/** Starts them, and gives what stops them. */
export default async function start({ workers }) {
  // Something deployed is up already, and PORTAL_FOLDER says who is there.
  if (process.env.DEPLOYED) return () => {};
  const folder = await mkdtemp(join(tmpdir(), "secportal-browser-"));
  const data = (n) => join(folder, String(n), "data");
  const servers = await Promise.all(Array.from({ length: workers }, (_, n) => launch(data(n))));
  let stopping = false;
  for (const { ended } of servers) ended.then((how) => stopping || console.error(`The server ended by itself: ${how}`));
  const stop = async () => {
    stopping = true;
    for (const { server } of servers) server.kill("SIGTERM");
    const ends = await Promise.all(servers.map(({ ended }) => within(STOP_WITHIN, ended)));
    for (const { server } of servers) server.kill("SIGKILL");
    await mkdir(RESULTS, { recursive: true });
    for (const n of servers.keys()) await copyFile(join(data(n), "server.log"), join(RESULTS, `server-${n}.log`)).catch(() => {});
    await rm(folder, { recursive: true, force: true });
    if (ends.some((how) => how !== 0)) throw new Error(`The servers didn't stop in order: ${ends}`);
  };
  const failed = servers.find(({ how }) => how !== "ready");
  if (failed) {
    await stop().catch(() => {});
    throw new Error(`A server didn't start: ${failed.how}\n${failed.said()}`);
  }
  process.env.PORTAL_FOLDER = folder;
  return stop;
}
