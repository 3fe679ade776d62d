// What a consultant does every day, by the pages' own words. Each leaves the
// page of what was made open, and gives its address.
import { expect } from "@playwright/test";
import { acme } from "./demo.js";

export async function addClient(page, name) {
  await page.goto(`${acme}/clients`);
  await page.getByRole("link", { name: "Add client" }).click();
  await page.getByLabel("Name of the organisation").fill(name);
  await page.getByRole("button", { name: "Add client" }).click();
  return made(page, name);
}

export async function addEngagement(page, client, title) {
  await page.goto(client);
  await page.getByRole("link", { name: "Add engagement" }).click();
  await page.getByLabel("Title").fill(title);
  await page.getByRole("button", { name: "Add engagement" }).click();
  return made(page, title);
}

export async function addFinding(page, engagement, title, severity = "High") {
  await page.goto(engagement);
  await page.getByRole("link", { name: "Add finding" }).click();
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Severity").selectOption(severity);
  await page.getByRole("button", { name: "Add finding" }).click();
  return made(page, title);
}

/** As above, and published. */
export async function addPublished(page, engagement, title, severity) {
  const finding = await addFinding(page, engagement, title, severity);
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByText("the client can see it now")).toBeVisible();
  return finding;
}

/** The address of a client of the demo. */
export async function clientOf(page, name) {
  await page.goto(`${acme}/clients`);
  await page.getByRole("link", { name, exact: true }).click();
  return made(page, name);
}

/** How a contact sees what the team has at an address. */
export const inPortal = (address) => address.replace(/\/clients\/[^/]+/, "");

async function made(page, heading) {
  await expect(page.getByRole("heading", { level: 1, name: heading, exact: true })).toBeVisible();
  return page.url();
}
