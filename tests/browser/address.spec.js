// A workspace moves to another address. It has a server of its own: everybody has to
// sign in anew.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "./helpers/launch.js";
import { expect, signIn, test } from "./helpers/test.js";

test("an owner moves the portal, old links lead on, and it stays for thirty days", async ({ visit }) => {
  const folder = await mkdtemp(join(tmpdir(), "secportal-address-"));
  const data = join(folder, "data");
  const { server, ended, how, said } = await launch(data);
  try {
    expect(how, said()).toBe("ready");
    const { workspaces } = JSON.parse(await readFile(join(data, "demo.json"), "utf8"));
    const { address, people } = workspaces[0];
    const there = address.replace("acme.", "apex-security.");
    const owner = people.find(({ email }) => email.startsWith("olivia"));
    const page = await visit(`${address}/sign-in`);
    await signIn(page, owner);
    await page.goto(`${address}/settings`);
    await page.getByRole("link", { name: "Change the address" }).click();
    const slug = page.getByLabel("New address");
    await slug.fill("northwind");
    await expect(page.locator("#slug-free")).toContainText("is taken");
    await slug.fill("apex-security");
    await expect(page.locator("#slug-free")).toContainText("is free");
    await page.getByRole("button", { name: "Change the address" }).click();
    await page.getByRole("link", { name: "Sign in there" }).click();
    await expect(page).toHaveURL(`${there}/sign-in`);
    await signIn(page, owner);
    await page.goto(`${address}/findings?status=open`);
    await expect(page).toHaveURL(`${there}/findings?status=open`);
    await page.goto(`${there}/settings/address`);
    await expect(page.getByText("the next change is possible on")).toBeVisible();
    await expect(page.getByLabel("New address")).toHaveCount(0);
  } finally {
    server.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
});
