// What somebody typed is never lost: leaving the page, a session that ends, a page that
// changes meanwhile, and two people at once.
import { acme, fresh, person } from "./helpers/demo.js";
import { looksRight } from "./helpers/look.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, addPublished, clientOf, inPortal } from "./helpers/work.js";

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function engagementOf(page) {
  const client = await clientOf(page, "Globex Corporation");
  return addEngagement(page, client, fresh("Kept"));
}

test("a finding that was left half written is offered again, and not once it is saved", async ({ as }) => {
  const page = await as("marcus");
  const engagement = await engagementOf(page);
  const title = fresh("Half written");
  await page.goto(`${engagement}/findings/new`);
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Description").fill("Half an hour of work.");
  await page.getByRole("link", { name: "Findings", exact: true }).first().click();
  await page.goto(`${engagement}/findings/new`);
  await expect(page.getByLabel("Title")).toHaveValue("");
  await looksRight(page, "draft-offer");
  await press(page, "Restore draft");
  await expect(page.getByLabel("Title")).toHaveValue(title);
  await expect(page.getByLabel("Description")).toHaveValue("Half an hour of work.");
  await page.getByLabel("Severity").selectOption("High");
  await press(page, "Add finding");
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await page.goto(`${engagement}/findings/new`);
  await expect(page.getByLabel("Title")).toHaveValue("");
  await expect(page.getByRole("button", { name: "Restore draft" })).toHaveCount(0);
});

for (const javaScriptEnabled of [true, false]) {
  test(`a comment of an ended session is sent after signing in, ${javaScriptEnabled ? "with" : "without"} scripts`, async ({ as }) => {
    const consultant = await as("marcus");
    const finding = await addPublished(consultant, await engagementOf(consultant), fresh("Finding"));
    // A session of its own, since it is ended here.
    const contact = await as("carl", { anew: true, javaScriptEnabled });
    await contact.goto(inPortal(finding));
    const text = fresh("Typed before the session ended.");
    await contact.getByLabel("Comment").fill(text);
    const cookies = await contact.context().cookies();
    await contact.context().clearCookies({ name: "__Host-sid" });
    expect(cookies.some(({ name }) => name === "__Host-sid")).toBe(true);
    await press(contact, "Comment");
    await expect(contact.getByText("Your entries are kept below")).toBeVisible();
    await expect(contact.getByText(text)).toBeVisible();
    if (javaScriptEnabled) await looksRight(contact, "kept-sign-in");
    const { email, password } = person("carl");
    await contact.getByLabel("E-mail address").fill(email);
    await contact.getByLabel("Password").fill(password);
    await press(contact, "Sign in");
    await expect(contact.getByText("Nothing was changed yet")).toBeVisible();
    if (javaScriptEnabled) await looksRight(contact, "kept-form");
    await press(contact, "Continue");
    await expect(contact.getByText(text)).toHaveCount(1);
    await expect(contact.getByLabel("Comment")).toHaveValue("");
  });
}

test("a page that changes meanwhile keeps what is being typed", async ({ as }) => {
  const [consultant, contact] = [await as("marcus"), await as("grace")];
  const finding = await addPublished(consultant, await engagementOf(consultant), fresh("Finding"));
  await contact.goto(inPortal(finding));
  const half = "A comment that is half";
  await contact.getByLabel("Comment").fill(half);
  const other = fresh("From the team");
  await consultant.goto(finding);
  await consultant.getByLabel("Comment", { exact: true }).fill(other);
  await press(consultant, "Comment");
  await contact.getByRole("button", { name: "Show the change" }).click({ timeout: 20_000 });
  await expect(contact.getByText(other)).toBeVisible();
  await expect(contact.getByLabel("Comment")).toHaveValue(half);
});

test("two people who edit a finding both keep their change, and choose where they clash", async ({ as }) => {
  const [one, other] = [await as("marcus"), await as("olivia")];
  const finding = await addPublished(one, await engagementOf(one), fresh("Finding"));
  for (const page of [one, other]) await page.goto(`${finding}/edit`);
  await one.getByLabel("Impact").fill("Impact by one.");
  await press(one, "Save");
  await other.getByLabel("Description").fill("Description by the other.");
  await press(other, "Save");
  await expect(other.getByText("Changes that another person made meanwhile are kept as well.")).toBeVisible();
  await expect(other.locator("p", { hasText: "Impact by one." })).toBeVisible();

  for (const page of [one, other]) await page.goto(`${finding}/edit`);
  await one.getByLabel("Impact").fill("Impact by one, better.");
  await press(one, "Save");
  await other.getByLabel("Impact").first().fill("Impact by the other.");
  await press(other, "Save");
  await expect(other.getByText("Another person changed this field.", { exact: false })).toBeVisible();
  await looksRight(other, "conflict");
  await press(other, "Use the saved text");
  await press(other, "Save");
  await expect(other.locator("p", { hasText: "Impact by one, better." })).toBeVisible();
});

test("the address of a refused form leads back to the form", async ({ as }) => {
  const page = await as("marcus");
  const engagement = await engagementOf(page);
  await page.goto(`${engagement}/findings/new`);
  await page.getByLabel("Title").fill(fresh("Refused"));
  await page.getByLabel("CWE").fill("abc");
  await press(page, "Add finding");
  await expect(page).toHaveURL(`${engagement}/findings`);
  await page.goto(`${engagement}/findings`);
  await expect(page).toHaveURL(`${engagement}/findings/new`);
  await page.goto(`${acme}/findings/bulk`);
  await expect(page).toHaveURL(`${acme}/findings`);
});

test("a resolution and a proposal are taken back by the client", async ({ as }) => {
  const [consultant, contact] = [await as("marcus"), await as("grace")];
  const finding = await addPublished(consultant, await engagementOf(consultant), fresh("Finding"));
  await contact.goto(inPortal(finding));
  await press(contact, "Mark as resolved");
  await expect(contact.getByText("It waits for verification.")).toBeVisible();
  await press(contact, "Undo “Mark as resolved”");
  await expect(contact.getByText("The finding is in progress again.")).toBeVisible();
  await contact.getByText("Accept the risk", { exact: true }).click();
  const risk = contact.locator("details", { has: contact.getByRole("button", { name: "Propose to accept the risk" }) });
  await risk.getByLabel("Reason").fill("It can be carried for now.");
  await risk.getByLabel("Until").fill(new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10));
  await risk.getByRole("button", { name: "Propose to accept the risk" }).click();
  await expect(contact.getByText("The proposal is made.", { exact: false })).toBeVisible();
  await press(contact, "Withdraw proposal");
  await expect(contact.getByText("The proposal is withdrawn.")).toBeVisible();
  await consultant.goto(finding);
  await expect(consultant.getByRole("button", { name: "Approve", exact: true })).toHaveCount(0);
});
