// What is done with findings besides fixing them: decisions, plans, comments;
// lists that are searched and changed by many; the calculator.
import { acme, fresh } from "./helpers/demo.js";
import { mark, stillTheSamePage } from "./helpers/live.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, addFinding, addPublished, clientOf, inPortal } from "./helpers/work.js";

const state = (page) => page.locator("#live .state").first();
const history = (page) => page.locator(".history > li");
const inDays = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);

async function engagementOf(page, title) {
  return addEngagement(page, await clientOf(page, "Globex Corporation"), fresh(title));
}

test("a risk is proposed by the client, approved by the team, and told of on both sides", async ({ as }) => {
  const [consultant, contact] = [await as("marcus"), await as("grace")];
  const finding = await addPublished(consultant, await engagementOf(consultant, "Risks"), fresh("Old appliance"));
  await mark(consultant);

  await contact.goto(inPortal(finding));
  await contact.getByText("Accept the risk", { exact: true }).click();
  await contact.getByLabel("Until").fill(inDays(60));
  await contact.getByLabel("Reason").first().fill("Replaced in spring.");
  await contact.getByRole("button", { name: "Propose to accept the risk" }).click();
  await expect(contact.getByText("The team has yet to answer.")).toBeVisible();

  await expect(consultant.getByText("Grace Okafor proposes to accept the risk")).toBeVisible();
  await stillTheSamePage(consultant);
  await consultant.getByRole("button", { name: "Decline" }).click();
  await expect(consultant.locator("#note-answer-error")).toHaveText("Say why it is declined.");
  await consultant.getByRole("button", { name: "Approve" }).click();
  await expect(state(consultant)).toHaveText("Accepted risk");
  await expect(contact.getByText("The risk is accepted until")).toBeVisible();
  await expect(history(contact).first()).toContainText("Marcus Weber accepted the risk, as Grace Okafor had proposed");
});

test("a finding is planned, spoken of, and its edits are told before and after", async ({ as }) => {
  const [consultant, contact] = [await as("marcus"), await as("grace")];
  const title = fresh("Talked about");
  const finding = await addPublished(consultant, await engagementOf(consultant, "Talk"), title);
  await consultant.getByText("Change the plan").click();
  await consultant.getByLabel("Assigned to").selectOption({ label: "Grace Okafor (client)" });
  await consultant.getByLabel("Due").fill("2026-01-02");
  await consultant.getByLabel("Tags").fill("PCI, Web");
  await consultant.getByRole("button", { name: "Save the plan" }).click();
  await expect(consultant.getByText("Overdue since 2 Jan 2026")).toBeVisible();
  await expect(consultant.locator(".tag", { hasText: "pci" }).first()).toBeVisible();

  await consultant.getByLabel("Comment").fill("Only **we** read this.");
  await consultant.getByLabel("Only for the team").check();
  await consultant.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(consultant.locator(".comments .internal")).toContainText("Only we read this.");
  await contact.goto(inPortal(finding));
  await expect(contact.getByText("Only we read this.")).toHaveCount(0);
  await contact.getByLabel("Comment").fill("And this is for both.");
  await contact.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(consultant.getByText("And this is for both.")).toBeVisible();
  // What came by itself can be worked with as what was there before.
  await consultant.getByLabel("Comment").fill("An answer, *looked at* first.");
  await consultant.getByRole("button", { name: "Preview Comment" }).click();
  await expect(consultant.locator("#text-preview em")).toHaveText("looked at");

  await consultant.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(consultant.getByText("looked at first")).toBeVisible();
  await consultant.getByRole("link", { name: "Edit" }).click();
  await consultant.getByLabel("Description").fill(`${"A long story. ".repeat(30)}The end.`);
  await consultant.getByRole("button", { name: "Save" }).click();
  await consultant.getByText("Before and after").first().click();
  await consultant.getByRole("link", { name: "All of it, before and after" }).click();
  await expect(consultant.getByRole("heading", { level: 1, name: "What was changed" })).toBeVisible();
  await expect(consultant.locator(".before-after")).toContainText("The end.");
});

test("findings are searched across engagements, and many are changed at once", async ({ as }) => {
  const consultant = await as("marcus");
  const engagement = await engagementOf(consultant, "Many");
  const word = fresh("needle").replace(" ", "");
  for (const n of [1, 2, 3]) await addFinding(consultant, engagement, `${word} ${n}`, "Low");
  await consultant.getByRole("link", { name: "Findings", exact: true }).click();
  await consultant.getByRole("link", { name: /^Drafts/ }).click();
  await consultant.getByPlaceholder("Search titles, assets, CWE").fill(word);
  await consultant.getByRole("button", { name: "Search" }).click();
  await expect(consultant.locator(".rows .row-title")).toHaveCount(3);
  expect(consultant.url()).toContain(`q=${word}`);

  await consultant.getByRole("button", { name: "Choose all" }).click();
  await expect(consultant.getByText("Change the 3 chosen")).toBeVisible();
  await consultant.getByLabel("What", { exact: true }).selectOption("Publish");
  await consultant.getByRole("button", { name: "Change the chosen" }).click();
  await expect(consultant.getByRole("heading", { name: "3 of 3 findings changed" })).toBeVisible();
  await consultant.getByRole("link", { name: "Back to the list" }).click();
  await expect(consultant.getByText("No finding is like that.")).toBeVisible();
  await consultant.getByRole("link", { name: /^Active/ }).click();
  await expect(consultant.locator(".rows .row-title")).toHaveCount(3);

  const [file] = await Promise.all([consultant.waitForEvent("download"), consultant.getByRole("button", { name: "CSV" }).click()]);
  expect(file.suggestedFilename()).toMatch(/^findings-\d{4}-\d\d-\d\d\.csv$/);
});

test("the calculator writes the vector and scores it at once", async ({ as }) => {
  const consultant = await as("marcus");
  await engagementOf(consultant, "Scores");
  await consultant.getByRole("link", { name: "Add finding" }).click();
  await consultant.getByText("CVSS calculator").click();
  await consultant.getByText("CVSS 3.1", { exact: true }).click();
  const calculator = consultant.locator("[data-calculator='3.1']");
  for (const [name, value] of [
    ["Attack vector", "Network"],
    ["Attack complexity", "Low"],
    ["Privileges required", "None"],
    ["User interaction", "None"],
    ["Scope", "Unchanged"],
    ["Confidentiality", "High"],
    ["Integrity", "High"],
    ["Availability", "High"],
  ])
    await calculator.getByLabel(name).selectOption(value);
  await expect(consultant.getByLabel("CVSS vector")).toHaveValue("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
  await expect(consultant.locator("#vector-score")).toHaveText("Critical 9.8");
  await consultant.getByLabel("CVSS vector").fill("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
  await consultant.getByLabel("Title").focus();
  await expect(calculator.getByLabel("Attack vector")).toHaveValue("P");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the calculator's button and a change of many work", async ({ as }) => {
    const consultant = await as("marcus");
    const engagement = await engagementOf(consultant, "Plain");
    await consultant.getByRole("link", { name: "Add finding" }).click();
    await consultant.getByLabel("Title").fill("Kept while calculating");
    await consultant.getByText("CVSS calculator").click();
    await consultant.getByText("CVSS 3.1", { exact: true }).click();
    const calculator = consultant.locator("[data-calculator='3.1']");
    for (const select of await calculator.getByRole("combobox").all()) await select.selectOption({ index: 1 });
    await calculator.getByRole("button", { name: "Calculate" }).click();
    await expect(consultant.getByText("Critical 10.0")).toBeVisible();
    await consultant.getByRole("button", { name: "Add finding" }).click();
    await expect(consultant.getByRole("heading", { level: 1, name: "Kept while calculating" })).toBeVisible();

    await consultant.goto(`${engagement}?show=drafts`);
    await consultant.locator(".picks input[type=checkbox]").first().check();
    await consultant.getByText("Change the chosen").first().click();
    await consultant.getByLabel("What", { exact: true }).selectOption("Assign");
    await consultant.getByLabel("Assign to").selectOption("Marcus Weber");
    await consultant.getByRole("button", { name: "Change the chosen" }).click();
    await expect(consultant.getByRole("heading", { name: "1 of 1 finding changed" })).toBeVisible();
    await consultant.goto(`${acme}/findings?show=drafts&assignee=me`);
    await expect(consultant.locator(".rows .row-title").first()).toBeVisible();
  });
});
