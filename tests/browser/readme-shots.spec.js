// README's pictures, taken anew of the demo as it comes: UPDATE_SHOTS=1.
import { acme } from "./helpers/demo.js";
import { inRepository } from "./helpers/files.js";
import { expect, test } from "./helpers/test.js";

const IMAGES = inRepository("docs/images/");

test.skip(process.env.UPDATE_SHOTS !== "1", "UPDATE_SHOTS is not 1");

const take = async (page, name) => {
  await page.evaluate(() => document.activeElement?.blur());
  await page.screenshot({ path: `${IMAGES}${name}.png`, animations: "disabled" });
};

test("the consultants' dashboard and a finding that waits to be verified", async ({ as }) => {
  const page = await as("olivia");
  await take(page, "dashboard");
  await page.goto(`${acme}/findings?status=resolved`);
  await page.getByRole("main").locator(".row-title").first().click();
  await expect(page.getByRole("button", { name: "Verify and close" })).toBeVisible();
  await take(page, "finding");
});

test("a client's portal", async ({ as }) => {
  const page = await as("grace");
  await expect(page).toHaveURL(`${acme}/`);
  await take(page, "portal");
});
