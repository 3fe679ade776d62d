// The second factor in a browser, and the audit log that tells of it.
import { readFile } from "node:fs/promises";
import { code } from "./helpers/authenticator.js";
import { acme, fresh } from "./helpers/demo.js";
import { looksRight } from "./helpers/look.js";
import { letterTo } from "./helpers/mail.js";
import { expect, signIn, test } from "./helpers/test.js";

const PASSWORD = "quiet lantern orbit 42";

/** Somebody new in Globex's portal, signed in. */
async function newcomer(as, visit) {
  const manager = await as("grace");
  const email = `${fresh("factor").replace(/\s/g, "-").toLowerCase()}@globex.example`;
  await manager.goto(`${acme}/invites/new`);
  await manager.getByLabel("Name").fill("Fay Tor");
  await manager.getByLabel("E-mail address").fill(email);
  await manager.getByRole("radio", { name: /^Client collaborator/ }).check();
  await manager.getByRole("main").getByRole("button", { name: /^Invite to/ }).click();
  await expect(manager.getByText("The invitation is on its way.")).toBeVisible();
  const { links } = await letterTo(email);
  const page = await visit(links[0]);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel("The same again").fill(PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  await signIn(page, { email, password: PASSWORD });
  return { page, email };
}

test("somebody sets a second factor up, signs in by it, and by a recovery code", async ({ as, visit }) => {
  const { page, email } = await newcomer(as, visit);
  await page.goto(`${acme}/account`);
  await page.getByRole("link", { name: "Two-factor authentication" }).click();
  await looksRight(page, "two-factor-off");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up" }).click();
  const secret = await page.locator("code.key").innerText();
  await looksRight(page, "two-factor-setup");
  await page.getByLabel("Code that the app shows").fill("000000");
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.locator("#code-error")).not.toBeEmpty();
  await page.getByLabel("Code that the app shows").fill(code(secret));
  await page.getByRole("button", { name: "Turn on" }).click();
  const codes = await page.locator(".codes code").allInnerTexts();
  expect(codes).toHaveLength(10);
  await looksRight(page, "recovery-codes");
  await page.getByRole("link", { name: "I have kept them" }).click();
  await expect(page.getByText("10 of 10")).toBeVisible();
  await looksRight(page, "two-factor-on");

  const there = await visit(acme);
  await there.getByLabel("E-mail address").fill(email);
  await there.getByLabel("Password").fill(PASSWORD);
  await there.getByRole("button", { name: "Sign in" }).click();
  await looksRight(there, "sign-in-code");
  await there.getByLabel("Code").fill(code(secret, 1));
  await there.getByRole("button", { name: "Sign in" }).click();
  await there.getByRole("heading", { name: "Dashboard" }).waitFor();

  const again = await visit(acme);
  await again.getByLabel("E-mail address").fill(email);
  await again.getByLabel("Password").fill(PASSWORD);
  await again.getByRole("button", { name: "Sign in" }).click();
  await again.getByLabel("Code").fill(codes[0]);
  await again.getByRole("button", { name: "Sign in" }).click();
  await again.getByRole("heading", { name: "Dashboard" }).waitFor();
});

test("somebody moves to another address, which counts once its link is opened", async ({ as, visit }) => {
  const { page } = await newcomer(as, visit);
  const email = `${fresh("moved").replace(/\s/g, "-").toLowerCase()}@globex.example`;
  await page.goto(`${acme}/account/email`);
  await looksRight(page, "email");
  await page.getByLabel("New e-mail address").fill(email);
  await page.getByLabel("Password").fill("not it");
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.locator("#password-error")).not.toBeEmpty();
  await expect(page.getByLabel("New e-mail address")).toHaveValue(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Send the link" }).click();
  const { links } = await letterTo(email);
  await page.goto(links[0]);
  await looksRight(page, "email-confirm");
  await page.getByRole("button", { name: "Change address" }).click();
  await expect(page.getByText("Your e-mail address is changed.")).toBeVisible();
  const there = await visit(acme);
  await signIn(there, { email, password: PASSWORD });
});

test("an owner reads the audit log, looks for something, and takes it away", async ({ as }) => {
  const owner = await as("olivia");
  await owner.goto(`${acme}/settings`);
  await owner.getByRole("link", { name: "Audit log" }).click();
  await expect(owner.getByRole("heading", { name: "Audit log" })).toBeVisible();
  await looksRight(owner, "audit");
  await owner.getByLabel("What").selectOption("Sign-ins");
  await owner.getByRole("button", { name: "Show" }).click();
  await expect(owner.locator(".rows-audit > li").first()).toContainText(/Signed in|Failed to sign in|Confirmed/);
  const chained = owner.locator("dd", { has: owner.locator("code.hash") });
  await expect(async () => {
    await owner.reload();
    await expect(chained).toBeVisible({ timeout: 1000 });
  }).toPass();
  const [file] = await Promise.all([
    owner.waitForEvent("download"),
    owner.getByRole("button", { name: /^CSV/ }).first().click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^audit-acme-1-\d+\.csv$/);
  const text = await readFile(await file.path(), "utf8");
  expect(text).toContain('"number","id","time","event"');
});
