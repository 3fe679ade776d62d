// From the front to a portal of one's own, and how it looks by its plan.
import { acme, elsewhere, fresh } from "./helpers/demo.js";
import { looksRight } from "./helpers/look.js";
import { letterTo } from "./helpers/mail.js";
import { expect, test } from "./helpers/test.js";

const PASSWORD = "quiet lantern orbit 42";
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** A logo, drawn by the page itself. */
async function logo(page) {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 600, height: 200 });
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#7a1fa2";
    brush.font = "bold 140px sans-serif";
    brush.fillText("ACME", 60, 150);
    return canvas.toDataURL("image/png");
  });
  return Buffer.from(url.split(",")[1], "base64");
}

test("a company signs up, and invites its first client's people", async ({ visit }) => {
  const page = await visit(elsewhere("app"));
  await looksRight(page, "sign-up");
  const company = fresh("Apex");
  const email = `${company.replace(" ", "-").toLowerCase()}@apex.example`;
  await page.getByLabel("Company").fill(company);
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByLabel("Work e-mail").fill(email);
  await press(page, "Go on");
  await expect(page.getByRole("status")).toContainText(email);
  const letter = await letterTo(email, "Confirm");
  await page.goto(letter.links[0]);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("The same again").fill(PASSWORD);
  await press(page, "Make the portal");
  await press(page, "Open the portal");
  await page.getByRole("heading", { name: "Dashboard" }).waitFor();
  const home = page.url();
  const steps = page.getByRole("region", { name: "First steps" });
  await expect(steps.getByRole("link")).toHaveCount(4);
  await looksRight(page, "first-steps");
  expect(new URL(home).hostname).toBe(`${company.replace(" ", "-").toLowerCase()}.localhost`);

  await steps.getByRole("link", { name: "Add your first client" }).click();
  await page.getByLabel("Name of the organisation").fill("Initech");
  await press(page, "Add client");
  await page.goto(home);
  await steps.getByRole("link", { name: "Invite somebody" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Peter");
  await page.getByLabel("E-mail address").fill(`peter-${email}`);
  await press(page, "Invite to Portal");
  await expect(page.getByText("The invitation is on its way.")).toBeVisible();
  await page.goto(home);
  await expect(steps.getByText("Done:")).toHaveCount(2);
  await press(page, "Put away");
  await expect(steps).toBeHidden();
  const anybody = await visit(`${home}/sign-in`);
  await expect(anybody.locator(".alone-brand img")).toHaveAttribute("src", /favicon/);
  await expect(anybody.getByText("Powered by SecPortal")).toBeVisible();
  const invited = await letterTo(`peter-${email}`);
  expect(invited.subject).toContain(company);
});

test("a portal shows its own logo where the plan has one, and its colour", async ({ as, visit }) => {
  const owner = await as("olivia");
  await owner.goto(`${acme}/settings/branding`);
  await owner.getByLabel("Accent colour").fill("#7a1fa2");
  const sample = owner.locator("[data-brand-preview]");
  await expect(sample.getByText("Sign in", { exact: true })).toHaveCSS("background-color", "rgb(122, 31, 162)");
  await owner.getByLabel("Accent colour").fill("#ffcc00");
  await press(owner, "Save");
  await expect(owner.locator("#accent-error")).toContainText("hard to read");
  await owner.getByLabel("Accent colour").fill("#7a1fa2");
  await press(owner, "Save");
  await owner.getByLabel("Picture").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: await logo(owner) });
  await press(owner, "Send the logo");
  await expect(owner.getByText("Your logo is on the portal")).toBeVisible();
  await looksRight(owner, "branding");
  const anybody = await visit(`${acme}/sign-in`);
  const mark = anybody.locator(".alone-brand img");
  expect(await mark.evaluate((img) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
  await expect(anybody.getByRole("button", { name: "Sign in" })).toHaveCSS("background-color", "rgb(122, 31, 162)");
  await expect(anybody.getByText("Powered by SecPortal")).toBeHidden();
  await press(owner, "Remove the logo");
  await press(owner, "Use the standard colour");
  await expect(owner.getByText("Saved.")).toBeVisible();
  await anybody.reload();
  await expect(mark).toHaveCount(0);
});
