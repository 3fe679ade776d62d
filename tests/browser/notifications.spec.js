// What happened: the number in the bell, the inbox, and what one gets mail of.
import { acme, fresh } from "./helpers/demo.js";
import { looksRight } from "./helpers/look.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, addPublished, clientOf } from "./helpers/work.js";

const bell = (page) => page.getByRole("link", { name: /^Notifications/ });
const unread = async (page) => {
  await page.goto(acme);
  const words = await bell(page).textContent();
  return Number(words.match(/\d+/)?.[0] ?? 0);
};

async function published(page) {
  const engagement = await addEngagement(page, await clientOf(page, "Globex Corporation"), fresh("Told"));
  const title = fresh("Something to tell");
  await addPublished(page, engagement, title);
  return title;
}

for (const javaScriptEnabled of [true, false]) {
  test(`what the team publishes is in the client's inbox until it is read, scripts ${javaScriptEnabled ? "on" : "off"}`, async ({ as }) => {
    const contact = await as("grace", { javaScriptEnabled });
    await contact.goto(`${acme}/notifications`);
    const all = contact.getByRole("button", { name: "Mark all as read" });
    if (await all.isVisible()) await all.click();
    expect(await unread(contact)).toBe(0);
    const consultant = await as("marcus");
    const title = await published(consultant);
    await expect.poll(() => unread(contact)).toBeGreaterThan(0);
    await bell(contact).click();
    const notice = contact.getByRole("button", { name: title }).first();
    await expect(contact.getByRole("listitem").filter({ hasText: title })).toHaveClass("unread");
    await notice.click();
    await expect(contact.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await contact.goto(`${acme}/notifications`);
    await expect(contact.getByRole("listitem").filter({ hasText: title })).not.toHaveClass("unread");
    await consultant.goto(`${acme}/notifications`);
    await expect(consultant.getByText(title)).toHaveCount(0);
  });
}

test("the bell rings while somebody looks at a page", async ({ as }) => {
  const contact = await as("grace");
  const before = await unread(contact);
  await contact.evaluate(() => (window.stayed = true));
  await published(await as("marcus"));
  const words = before + 1 > 99 ? /99\+ unread/ : new RegExp(`(?<!\\d)${before + 1} unread`);
  await expect(bell(contact)).toHaveText(words, { timeout: 15_000 });
  expect(await contact.evaluate(() => window.stayed)).toBe(true);
});

for (const [name, side] of [["marcus", "team"], ["grace", "client"]]) {
  test(`one of the ${side} chooses what comes as mail`, async ({ as }) => {
    const page = await as(name);
    await published(await as("marcus"));
    await page.goto(`${acme}/notifications`);
    await looksRight(page, `notifications-${side}`);
    await page.getByRole("link", { name: "What you get mail of" }).click();
    const weekly = page.getByRole("radio", { name: "A message: Weekly" });
    await weekly.check();
    await page.getByLabel("Your time zone").fill("Nowhere");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.locator("#time_zone-error")).not.toBeEmpty();
    await expect(weekly).toBeChecked();
    await looksRight(page, `mail-refused-${side}`);
    await page.getByLabel("Your time zone").fill("Asia/Tokyo");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await expect(weekly).toBeChecked();
    await looksRight(page, `mail-${side}`);
  });
}
