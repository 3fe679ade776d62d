// Forms keep what was typed, make one thing, say no more than they should, and
// can be used with the keyboard alone.
import { acme, fresh, person } from "./helpers/demo.js";
import { sentBy } from "./helpers/repeat.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, addPublished, clientOf, inPortal } from "./helpers/work.js";

const newEngagement = async (page) => addEngagement(page, await clientOf(page, "Globex Corporation"), fresh("Forms"));

test("a form that fails keeps what was typed, and says at each field what is wrong", async ({ as }) => {
  const consultant = await as("marcus");
  await newEngagement(consultant);

  await test.step("a finding", async () => {
    await consultant.getByRole("link", { name: "Add finding" }).click();
    const typed = {
      Title: "Session never ends",
      CWE: "sixty",
      "CVSS vector": "CVSS:3.1/AV:X",
      "Affected assets": "app.example\napi.example",
      Description: "\nIt starts with an empty line, and has <b>tags</b> & \"quotes\".",
      Impact: "Some.",
      Recommendation: "End it.",
      References: "- <https://example.com/>",
    };
    for (const [label, text] of Object.entries(typed)) await consultant.getByLabel(label, { exact: true }).fill(text);
    await consultant.getByRole("button", { name: "Add finding" }).click();

    await expect(consultant.getByRole("alert")).toHaveText("Please look at what is marked below. Nothing was saved yet.");
    for (const id of ["cwe", "vector"]) {
      await expect(consultant.locator(`#${id}-error`)).not.toBeEmpty();
      await expect(consultant.locator(`#${id}`)).toHaveAccessibleDescription(new RegExp(await consultant.locator(`#${id}-error`).innerText()));
    }
    for (const [label, text] of Object.entries(typed)) await expect(consultant.getByLabel(label, { exact: true })).toHaveValue(text);
  });

  await test.step("an engagement", async () => {
    await consultant.goto(await clientOf(consultant, "Globex Corporation"));
    await consultant.getByRole("link", { name: "Add engagement" }).click();
    await consultant.getByLabel("Title").fill("Backwards");
    await consultant.getByLabel("Type").selectOption("Mobile app");
    await consultant.getByLabel("First day").fill("2026-11-13");
    await consultant.getByLabel("Last day").fill("2026-11-02");
    await consultant.getByLabel("Scope").fill("Everything");
    await consultant.getByRole("button", { name: "Add engagement" }).click();
    await expect(consultant.locator("#ends_on-error")).toHaveText("The last day is before the first.");
    await expect(consultant.getByLabel("Title")).toHaveValue("Backwards");
    await expect(consultant.getByLabel("Type")).toHaveValue("mobile");
    await expect(consultant.getByLabel("First day")).toHaveValue("2026-11-13");
    await expect(consultant.getByLabel("Scope")).toHaveValue("Everything");
  });

  await test.step("an invitation", async () => {
    await consultant.goto(await clientOf(consultant, "Globex Corporation"));
    await consultant.getByRole("link", { name: "Invite to Portal" }).click();
    await consultant.getByLabel("Name").fill("Carla");
    await consultant.getByLabel("E-mail address").fill(person("carl").email);
    await consultant.getByRole("radio", { name: "Viewer" }).check();
    await consultant.getByRole("button", { name: "Invite to Portal" }).click();
    await expect(consultant.locator("#email-error")).toHaveText("This address has an account here already.");
    await expect(consultant.getByLabel("Name")).toHaveValue("Carla");
    await expect(consultant.getByRole("radio", { name: "Viewer" })).toBeChecked();
  });
});

test("a button that is pressed twice makes one thing, and so does the same form sent again", async ({ as }) => {
  const consultant = await as("marcus");
  const engagement = await newEngagement(consultant);
  const posts = [];
  consultant.on("request", (request) => request.method() === "POST" && posts.push(request.url()));

  await consultant.getByRole("link", { name: "Add finding" }).click();
  await consultant.getByLabel("Title").fill("Pressed twice");
  await consultant.getByLabel("Severity").selectOption("Low");
  const again = await sentBy(consultant, () => consultant.getByRole("button", { name: "Add finding" }).dblclick());
  await expect(consultant.getByRole("heading", { level: 1, name: "Pressed twice" })).toBeVisible();
  expect(posts).toHaveLength(1);
  expect(await again()).toBe(200);

  // The way back leads to a form for another finding, with what was typed.
  await consultant.goBack();
  await expect(consultant.getByRole("heading", { level: 1, name: "Add finding" })).toBeVisible();
  await expect(consultant.getByLabel("Title")).toHaveValue("Pressed twice");

  await consultant.goto(`${engagement}?show=drafts`);
  await expect(consultant.locator(".rows-findings > li")).toHaveCount(1);
});

test("a finding is resolved once, however often it is said", async ({ as }) => {
  const [consultant, contact] = [await as("marcus"), await as("carl")];
  const finding = await addPublished(consultant, await newEngagement(consultant), fresh("Said twice"));
  await contact.goto(inPortal(finding));
  const again = await sentBy(contact, () => contact.getByRole("button", { name: "Mark as resolved" }).dblclick());
  await expect(contact.getByText("It waits for verification.")).toBeVisible();
  expect(await again()).toBe(200);
  await contact.reload();
  await expect(contact.locator(".history > li", { hasText: "marked it as resolved" })).toHaveCount(1);
});

test("a wrong password and an address that nobody has get the same answer", async ({ visit }) => {
  const page = await visit(acme);
  const answers = [];
  for (const email of [person("victor").email, "nobody@globex.example"]) {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password").fill("certainly-not-the-password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("The e-mail address or the password is wrong.");
    await expect(page.getByLabel("E-mail address")).toHaveValue(email);
    await expect(page.getByLabel("Password")).toHaveValue("");
    answers.push(await page.getByRole("main").innerText());
  }
  expect(answers[0]).toBe(answers[1]);
});

/** Presses Tab until something has the focus, as somebody without a mouse does. */
async function tabTo(page, target) {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return expect(target).toBeInViewport();
  }
  throw new Error(`The keyboard doesn't lead to ${target}`);
}

test("signing in and resolving a finding need no mouse", async ({ as, visit }) => {
  const consultant = await as("marcus");
  const title = fresh("Without a mouse");
  await addPublished(consultant, await newEngagement(consultant), title, "Critical");
  const { email, password } = person("grace");
  const contact = await visit(acme);

  await expect(contact.getByLabel("E-mail address")).toBeFocused();
  await contact.keyboard.type(email);
  await contact.keyboard.press("Tab");
  await contact.keyboard.type(password);
  await contact.keyboard.press("Enter");
  await expect(contact.getByRole("heading", { name: "Dashboard" })).toBeVisible();

  await contact.keyboard.press("Tab");
  await expect(contact.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await contact.keyboard.press("Enter");
  await tabTo(contact, contact.getByRole("main").getByRole("link", { name: title }).first());
  await contact.keyboard.press("Enter");
  await expect(contact.getByRole("heading", { level: 1, name: title })).toBeVisible();

  await tabTo(contact, contact.getByLabel("Note"));
  await contact.keyboard.type("Done by hand.");
  await tabTo(contact, contact.getByRole("button", { name: "Mark as resolved" }));
  await contact.keyboard.press("Enter");
  await expect(contact.getByText("It waits for verification.")).toBeVisible();
});
