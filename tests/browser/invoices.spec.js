// Invoices: written and sent by the team, seen and followed by the client.
import { readFile } from "node:fs/promises";
import { acme, fresh } from "./helpers/demo.js";
import { looksRight } from "./helpers/look.js";
import { letterTo } from "./helpers/mail.js";
import { expect, test } from "./helpers/test.js";
import { clientOf, inPortal } from "./helpers/work.js";

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** Fills in the form that is open. */
async function write(page, subject) {
  await page.getByLabel("For", { exact: true }).fill(subject);
  await page.getByLabel("What, line 1").fill("Web application test");
  await page.getByLabel("Quantity, line 1").fill("2,5");
  await page.getByLabel("Price of one, line 1").fill("1.480,00");
}

async function draftOf(page, subject) {
  await page.goto(`${await clientOf(page, "Globex Corporation")}/invoices/new`);
  await write(page, subject);
  await press(page, "Save draft");
  await expect(page.getByText("The draft is saved.")).toBeVisible();
  return page.url();
}

test("an invoice is written, sent, seen by the client and paid", async ({ as }) => {
  const [consultant, contact] = [await as("olivia"), await as("grace")];
  const subject = fresh("Test");
  const draft = await draftOf(consultant, subject);
  await expect(consultant.getByRole("article")).toContainText("4,403.00 EUR");
  const seen = await contact.goto(inPortal(draft));
  expect(seen.status()).toBe(404);
  await press(consultant, "Send invoice");
  await expect(consultant.getByText("The invoice is sent.")).toBeVisible();
  const number = (await consultant.getByRole("heading", { level: 1 }).textContent()).replace("Invoice ", "");
  const letter = await letterTo("grace@globex.example", number);
  expect(letter.links.join()).toContain("/invoices/");

  await contact.goto(`${acme}/invoices`);
  await contact.getByRole("link", { name: number }).click();
  await expect(contact.getByRole("article")).toContainText("4,403.00 EUR");
  await expect(contact.getByRole("button", { name: /payment/ })).toHaveCount(0);
  const arrived = contact.waitForEvent("download");
  await contact.getByRole("link", { name: "Download as PDF" }).click();
  const download = await arrived;
  expect(download.suggestedFilename()).toBe(`${number}.pdf`);
  expect((await readFile(await download.path())).subarray(0, 5).toString()).toBe("%PDF-");

  await consultant.getByLabel("Amount").first().fill("4.403,01");
  await press(consultant, "Note the payment");
  await expect(consultant.getByText("Outstanding are only 4,403.00 EUR.")).toBeVisible();
  await consultant.getByLabel("Amount").first().fill("403,00");
  await press(consultant, "Note the payment");
  await expect(consultant.getByText("The payment is noted.")).toBeVisible();
  await expect(contact.getByText("Partly paid")).toBeVisible({ timeout: 15_000 });
  await press(consultant, "Note the payment");
  await expect(contact.getByText("Paid", { exact: true }).first()).toBeVisible({ timeout: 15_000 });
  await contact.goto(`${acme}/invoices?show=paid`);
  await expect(contact.getByRole("link", { name: number })).toBeVisible();
});

test("lines come and go without a script", async ({ as }) => {
  const page = await as("olivia", { javaScriptEnabled: false });
  await page.goto(`${await clientOf(page, "Initech")}/invoices/new`);
  await write(page, fresh("Without a script"));
  await press(page, "Add a line");
  await expect(page.getByLabel("Price of one, line 1")).toHaveValue("1.480,00");
  await page.getByLabel("What, line 2").fill("Travel");
  await page.getByLabel("Price of one, line 2").fill("1,234");
  await press(page, "Save draft");
  await expect(page.getByText("Price: This can be read in two ways.", { exact: false })).toBeVisible();
  await press(page, "Remove line 2");
  await expect(page.getByLabel("What, line 2")).toHaveCount(0);
  await press(page, "Save draft");
  await expect(page.getByText("The draft is saved.")).toBeVisible();
});

const TEAM = {
  list: (page) => page.goto(`${acme}/invoices`),
  drafts: (page) => page.goto(`${acme}/invoices?show=drafts`),
  overdue: (page) => page.goto(`${acme}/invoices?show=overdue`),
  paid: (page) => page.goto(`${acme}/invoices?show=paid`),
  choose: (page) => page.goto(`${acme}/invoices/new`),
  overview: (page) => page.goto(`${acme}/invoices/overview`),
  settings: (page) => page.goto(`${acme}/invoices/settings`),
  draft: (page) => draftOf(page, fresh("A draft")),
  "form-refused": async (page) => {
    await page.goto(`${await clientOf(page, "Globex Corporation")}/invoices/new`);
    await write(page, "");
    await page.getByLabel("Price of one, line 1").fill("1,234");
    await page.getByLabel("For", { exact: true }).evaluate((field) => field.removeAttribute("required"));
    await press(page, "Save draft");
    await expect(page.locator("#subject-error")).not.toBeEmpty();
  },
  "partly-paid": async (page) => {
    await page.goto(`${acme}/invoices?show=overdue`);
    await page.locator(".rows-invoices .row-title").first().click();
    await page.getByRole("heading", { name: "What happened" }).waitFor();
  },
  void: async (page) => {
    await page.goto(`${acme}/invoices?show=void`);
    await page.locator(".rows-invoices .row-title").first().click();
    await page.getByText("This invoice is void").waitFor();
  },
};

for (const [name, open] of Object.entries(TEAM)) {
  test(`invoices ${name}, as a consultant`, async ({ as }) => {
    const page = await as("olivia");
    await open(page);
    await looksRight(page, `team-invoices-${name}`);
  });
}

test("invoices, as a contact", async ({ as }) => {
  const page = await as("grace");
  await page.goto(`${acme}/invoices`);
  await looksRight(page, "portal-invoices");
  await page.locator(".rows-invoices .row-title").first().click();
  await page.getByRole("article").waitFor();
  await looksRight(page, "portal-invoice");
});
