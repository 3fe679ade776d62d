// Messages between both sides: written, arriving by themselves, kept internal,
// changed, and read.
import { fresh } from "./helpers/demo.js";
import { mark, stillTheSamePage } from "./helpers/live.js";
import { looksRight } from "./helpers/look.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, clientOf, inPortal } from "./helpers/work.js";

const newest = (page) => page.locator(".comments > li").last();
const badge = (page) => page.locator(".page-tabs .count");

async function write(page, text) {
  await page.getByLabel("New message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

async function engagementOf(page) {
  return addEngagement(page, await clientOf(page, "Globex Corporation"), fresh("Talk"));
}

test("a message arrives at the other side within seconds, and a note never does", async ({ as }) => {
  const [consultant, contact] = [await as("marcus"), await as("grace")];
  const engagement = await engagementOf(consultant);
  await consultant.goto(`${engagement}/messages`);
  await expect(consultant.getByText("Nothing was written yet")).toBeVisible();
  await contact.goto(`${inPortal(engagement)}/messages`);
  await mark(contact);
  await contact.getByLabel("New message").fill("Half a thought");

  await write(consultant, "Is **staging** up again?");
  await expect(newest(consultant)).toContainText("Is staging up again?");
  await expect(newest(contact).locator("strong")).toHaveText("staging", { timeout: 3_000 });
  await expect(newest(contact)).toContainText("New");
  await stillTheSamePage(contact);
  await expect(contact.getByLabel("New message")).toHaveValue("Half a thought");

  await consultant.getByLabel("Internal note").check();
  await write(consultant, "They have been slow.");
  await expect(newest(consultant)).toContainText("Internal");
  await write(consultant, "No hurry.");
  await expect(newest(contact)).toContainText("No hurry.", { timeout: 3_000 });
  await expect(contact.getByText("They have been slow.")).toHaveCount(0);

  await write(contact, "It is, teh certificate too.");
  await newest(contact).getByRole("link", { name: "Edit" }).click();
  await contact.getByLabel("Message").fill("It is, the certificate too.");
  await contact.getByRole("button", { name: "Save" }).click();
  await expect(newest(contact)).toContainText("edited");
  await expect(newest(consultant)).toContainText("It is, the certificate too.");
  await looksRight(consultant, "messages-team");
  await looksRight(contact, "messages-client");
});

test("what is unread is counted until it is looked at", async ({ as }) => {
  const [consultant, contact] = [await as("marcus"), await as("grace")];
  const engagement = await engagementOf(consultant);
  await contact.goto(inPortal(engagement));
  await consultant.goto(`${engagement}/messages`);
  for (const text of ["One.", "Two."]) {
    await write(consultant, text);
    await expect(newest(consultant)).toContainText(text);
  }
  await expect(badge(contact)).toContainText("2");
  const noted = contact.waitForResponse((answer) => answer.url().endsWith("/messages/read"));
  await contact.getByRole("link", { name: /^Messages/ }).click();
  await noted;
  await expect(badge(contact)).toHaveCount(0);
  await contact.goto(inPortal(engagement));
  await expect(badge(contact)).toHaveCount(0);
});

test("what was typed and can't be sent is still there", async ({ as }) => {
  const consultant = await as("marcus");
  await consultant.goto(`${await engagementOf(consultant)}/messages`);
  await write(consultant, "x".repeat(5_001));
  await expect(consultant.locator("#text-error")).toContainText("Use at most 5000 characters");
  await expect(consultant.getByLabel("New message")).toHaveValue("x".repeat(5_001));
  await consultant.getByLabel("New message").fill("**Bold**");
  await consultant.getByRole("button", { name: "Preview" }).click();
  await expect(consultant.locator("#text-preview strong")).toHaveText("Bold");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("messages are sent, changed and marked as read", async ({ as }) => {
    const [consultant, contact] = [await as("marcus"), await as("grace")];
    const engagement = await engagementOf(consultant);
    await consultant.goto(`${engagement}/messages`);
    await write(consultant, "Plainly.");
    await expect(newest(consultant)).toContainText("Plainly.");
    await contact.goto(`${inPortal(engagement)}/messages`);
    await expect(badge(contact)).toContainText("1");
    await contact.getByRole("button", { name: "Mark as read" }).click();
    await expect(badge(contact)).toHaveCount(0);
  });
});
