// The workspace's own plan: what is used, the badge, and the way to another one.
import { elsewhere, northwind } from "./helpers/demo.js";
import { looksRight } from "./helpers/look.js";
import { expect, test } from "./helpers/test.js";

const press = (page, name) => page.getByRole("button", { name }).click();

/** What the page says once Stripe told of it. */
const told = (page, words) =>
  expect(async () => {
    await page.goto(`${northwind}/settings/plan`);
    await expect(page.getByText(words)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });

test("a plan is subscribed to and takes the badge away; its end leaves Starter", async ({ as, visit }) => {
  const [owner, contact] = [await as("nora at northwind"), await as("carl at northwind")];
  const badge = contact.getByText("Powered by SecPortal");
  await expect(badge).toBeVisible();
  await owner.goto(`${northwind}/settings/plan`);
  await expect(owner.getByText("Starter is free of charge.")).toBeVisible();
  await looksRight(owner, "plan-starter");

  await press(owner, /^Pro, .* monthly$/);
  await owner.getByRole("link", { name: "Go back without paying" }).click();
  await expect(owner.getByText("Starter is free of charge.")).toBeVisible();
  await press(owner, /^Pro, .* monthly$/);
  await press(owner, /^Pay by card/);
  await expect(owner.getByText("this is your plan now")).toBeVisible({ timeout: 20_000 });
  await expect(owner.getByRole("heading", { name: "Pro, paid monthly" })).toBeVisible();
  await looksRight(owner, "plan-pro");
  await contact.reload();
  await expect(badge).toHaveCount(0);

  await press(owner, "Manage billing");
  await press(owner, "Cancel at the end of the period");
  await told(owner, "It was cancelled and ends on");

  // Its time comes: what would have been renewed ends.
  const stripe = await visit(elsewhere("stripe"));
  await press(stripe, "It ends");
  await told(owner, "Starter is free of charge.");
});
