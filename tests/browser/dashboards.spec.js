// Dashboards: how findings come and go, what waits, and that it stays fresh.
import { acme } from "./helpers/demo.js";
import { mark, stillTheSamePage } from "./helpers/live.js";
import { looksRight } from "./helpers/look.js";
import { expect, test } from "./helpers/test.js";
import { clientOf } from "./helpers/work.js";

const chart = (page) => page.locator("#trend");

async function showsTheTrend(page) {
  for (const line of ["open", "resolved", "closed"]) {
    const box = await chart(page).locator(`polyline.line-${line}`).boundingBox();
    expect(box.width, `the line ${line}`).toBeGreaterThan(150);
  }
  await chart(page).getByText("As a table").click();
  await expect(chart(page).getByRole("row")).not.toHaveCount(1);
}

test("a consultant sees all clients over a year", async ({ as }) => {
  const page = await as("olivia");
  await page.goto(`${acme}/`);
  await chart(page).getByRole("link", { name: "365 days" }).click();
  await expect(page).toHaveURL(/days=365/);
  await showsTheTrend(page);
  await expect(page.getByRole("heading", { name: "Age of open findings" })).toBeVisible();
  await looksRight(page, "team-dashboard-year");
  await page.getByRole("link", { name: "Remediation", exact: true }).click();
  await expect(page.locator("#engagements .row-title").first()).toBeVisible();
});

test("a consultant sees one client's", async ({ as }) => {
  const page = await as("olivia");
  await clientOf(page, "Globex Corporation");
  await showsTheTrend(page);
  await expect(page.locator(".activity li").first()).toBeVisible();
});

test("a contact sees what is to be done, and that it was done", async ({ as }) => {
  const page = await as("grace");
  await page.goto(`${acme}/?days=30`);
  await showsTheTrend(page);
  await looksRight(page, "portal-dashboard-month");
  await page.setViewportSize({ width: 1280, height: 800 });
  await mark(page);
  const other = await as("grace");
  await other.goto(`${acme}/findings?status=open`);
  await other.getByRole("main").locator(".row-title").first().click();
  const title = await other.getByRole("heading", { level: 1 }).innerText();
  await other.getByRole("button", { name: "Start work" }).click();
  await expect(page.locator(".activity li").first()).toContainText(title, { timeout: 3_000 });
  await stillTheSamePage(page);
});

test("who works on an engagement is chosen, and the client sees it", async ({ as }) => {
  const page = await as("olivia");
  await clientOf(page, "Globex Corporation");
  await page.getByRole("article").getByRole("link").first().click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("Marcus Weber").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Worked on by Marcus Weber")).toBeVisible();
});
