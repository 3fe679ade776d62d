// Everything works without JavaScript, with a load of the page for each step.
import { acme, fresh, person } from "./helpers/demo.js";
import { BURP } from "./helpers/files.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, addPublished, clientOf, inPortal } from "./helpers/work.js";

test.use({ javaScriptEnabled: false });

const state = (page) => page.locator("#live .state").first();

test("sign in, resolve a finding, verify it, sign out", async ({ as, visit }) => {
  const consultant = await as("marcus");
  const engagement = await addEngagement(consultant, await clientOf(consultant, "Globex Corporation"), fresh("Without scripts"));
  const title = fresh("Old library");
  const finding = await addPublished(consultant, engagement, title);

  const contact = await visit(inPortal(finding));
  await expect(contact.getByText("Sign in to see that page.")).toBeVisible();
  const { email, password } = person("grace");
  await contact.getByLabel("E-mail address").fill(email);
  await contact.getByLabel("Password").fill(password);
  await contact.getByRole("button", { name: "Sign in" }).click();
  await expect(contact.getByRole("heading", { level: 1, name: title })).toBeVisible();

  await contact.getByLabel("Note").fill("Updated to 3.2.");
  await contact.getByRole("button", { name: "Mark as resolved" }).click();
  await expect(contact.getByText("It waits for verification.")).toBeVisible();
  await expect(state(contact)).toHaveText("Resolved");

  await consultant.reload();
  await expect(consultant.locator(".history > li").first()).toContainText("Updated to 3.2.");
  await consultant.getByRole("button", { name: "Not fixed" }).click();
  await expect(consultant.locator("#note-retest-error")).toHaveText("Say what is still open.");
  await consultant.getByRole("button", { name: "Verify and close" }).click();
  await expect(state(consultant)).toHaveText("Verified and closed");
  await contact.reload();
  await expect(state(contact)).toHaveText("Verified and closed");

  await contact.locator("header summary").click();
  await contact.getByRole("button", { name: "Sign out" }).click();
  await expect(contact.getByRole("heading", { name: "Signed out" })).toBeVisible();
  await contact.goto(inPortal(finding));
  await expect(contact.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("a scan is imported", async ({ as }) => {
  const consultant = await as("marcus");
  const engagement = await addEngagement(consultant, await clientOf(consultant, "Globex Corporation"), fresh("Without scripts"));
  await consultant.getByRole("link", { name: "Import" }).click();
  await consultant.getByLabel("Export of a scan").setInputFiles(BURP);
  await consultant.getByRole("button", { name: "Upload and preview" }).click();
  await consultant.getByRole("button", { name: "Import 2 findings" }).click();
  await expect(consultant.getByText("Drafts made by the import: 2.")).toBeVisible();
  await expect(consultant).toHaveURL(`${engagement}?show=drafts`);
});

test("a vector's score is on the form that comes back", async ({ as }) => {
  const consultant = await as("marcus");
  await addEngagement(consultant, await clientOf(consultant, "Globex Corporation"), fresh("Without scripts"));
  await consultant.getByRole("link", { name: "Add finding" }).click();
  await consultant.getByLabel("Title").fill("Weak cipher");
  await consultant.getByLabel("CVSS vector").fill("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N");
  await consultant.getByLabel("CWE").fill("none");
  await consultant.getByRole("button", { name: "Add finding" }).click();
  await expect(consultant.getByText("Please look at what is marked below.")).toBeVisible();
  await expect(consultant.getByText("Medium 5.3")).toBeVisible();
  await expect(consultant.getByLabel("Title")).toHaveValue("Weak cipher");
});

test("a button that is pressed twice makes one thing", async ({ as }) => {
  const consultant = await as("olivia");
  const name = fresh("Pressed twice");
  await consultant.goto(`${acme}/clients/new`);
  await consultant.getByLabel("Name of the organisation").fill(name);
  await consultant.getByRole("button", { name: "Add client" }).dblclick();
  await expect(consultant.getByRole("heading", { level: 1, name })).toBeVisible();
  await consultant.goto(`${acme}/clients?q=${encodeURIComponent(name)}`);
  await expect(consultant.locator(".rows-clients > li")).toHaveCount(1);
});
