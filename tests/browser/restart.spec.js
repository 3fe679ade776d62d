// The server's own behaviour: what it keeps, and what it says when it can't start.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "./helpers/launch.js";
import { expect, signIn, test } from "./helpers/test.js";

let folder;
const running = [];
test.beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "secportal-restart-"))));
test.afterEach(async () => {
  for (const { server, ended } of running.splice(0)) {
    server.kill("SIGTERM");
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

async function run(data, settings) {
  const started = await launch(data, settings);
  if (started.how === "ready") running.push(started);
  return started;
}

const listing = async (data) => JSON.parse(await readFile(join(data, "demo.json"), "utf8"));
const portOf = async (data) => new URL((await listing(data)).mailbox).port;

test("what was accepted outlives a kill, an orderly stop, and not a reset", async ({ visit }) => {
  test.setTimeout(240_000);
  const data = join(folder, "data");
  const first = await run(data);
  const PORT = await portOf(data);
  const { address, people } = (await listing(data)).workspaces[0];
  const page = await visit(`${address}/sign-in`);
  await signIn(page, people[0]);

  await page.goto(`${address}/clients/new`);
  await page.getByLabel("Name of the organisation").fill("Outlives Ltd");
  await page.getByRole("button", { name: "Add client" }).click();
  await expect(page.getByRole("heading", { name: "Outlives Ltd" })).toBeVisible();
  running.pop();
  first.server.kill("SIGKILL");
  expect(await first.ended).toBe("SIGKILL");

  const second = await run(data, { PORT });
  expect(second.how, second.said()).toBe("ready");
  await page.goto(`${address}/clients`);
  await expect(page.getByRole("link", { name: "Outlives Ltd" }), "the session holds, the client is there").toBeVisible();
  // Passwords are the identity provider's, which was saved too.
  await page.getByText("Your menu").locator("xpath=..").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(`${address}/sign-in`);
  await signIn(page, people[0]);

  running.pop();
  second.server.kill("SIGINT");
  expect(await second.ended).toBe(0);
  const third = await run(data, { PORT });
  await page.goto(`${address}/clients`);
  await expect(page.getByRole("link", { name: "Outlives Ltd" })).toBeVisible();
  running.pop();
  third.server.kill("SIGTERM");
  expect(await third.ended).toBe(0);

  await run(data, { PORT, RESET: "1" });
  await page.goto(`${address}/sign-in`);
  await signIn(page, people[0]);
  await page.goto(`${address}/clients`);
  await expect(page.getByRole("link", { name: "Globex Corporation" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Outlives Ltd" })).toHaveCount(0);
});

test("what keeps it from starting is said, with what to do", async () => {
  test.setTimeout(120_000);
  const data = join(folder, "data");
  const first = await run(data);
  expect(first.how, first.said()).toBe("ready");
  const others = join(folder, "others");
  await writeFile(join(folder, "thesis.txt"), "not ours");
  for (const [settings, words] of [
    [{ PORT: await portOf(data), DATA_DIR: others }, "is in use by another program"],
    [{ DATA_DIR: data }, "Another SecPortal runs on the data folder"],
    [{ DATA_DIR: folder }, "holds files that aren't SecPortal's"],
    [{ DATA_DIR: others, VENV: join(folder, "none") }, "`make run` installs them"],
    [{ DATA_DIR: others, PORT: "http" }, "PORT=http is not the number of a port"],
    [{ DATA_DIR: others, RESET: "maybe" }, "RESET=1 forgets all data"],
  ]) {
    const { how, said } = await run(others, settings);
    expect(how, words).toBe(1);
    expect(said()).toContain(words);
  }
  expect(await readFile(join(folder, "thesis.txt"), "utf8")).toBe("not ours");
});
