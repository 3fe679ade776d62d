// The product's main job, from a new client to a finding that is closed, told
// by two people with a browser each.
import { acme, fresh } from "./helpers/demo.js";
import { mark, stillTheSamePage } from "./helpers/live.js";
import { letterTo } from "./helpers/mail.js";
import { expect, signIn, test } from "./helpers/test.js";
import { addClient, addEngagement, addFinding, inPortal } from "./helpers/work.js";

const VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const PASSWORD = "quiet lantern orbit 42";
const TITLE = "Anyone can read everybody's invoices";
const DRAFT = "Still being written up";

const state = (page) => page.locator("#live .state").first();
const history = (page) => page.locator(".history > li");
const toVerify = async (page) => Number(await page.locator(".stat", { hasText: "To verify" }).locator("dd").innerText());

test("from a new client to a finding that is verified and closed", async ({ as, visit }) => {
  test.setTimeout(180_000);
  const consultant = await as("marcus");
  const dashboard = await consultant.context().newPage();
  const contact = await visit();
  const name = fresh("Hooli");
  const email = `${name.toLowerCase().replace(" ", "-")}@hooli.example`;
  let client, engagement, finding, invitation;

  await test.step("the consultant adds a client and an engagement", async () => {
    client = await addClient(consultant, name);
    await expect(consultant.getByText("No engagements yet")).toBeVisible();

    await consultant.getByRole("link", { name: "Add engagement" }).click();
    await consultant.getByLabel("Title").fill("Customer portal, autumn test");
    await consultant.getByLabel("Type").selectOption("Web application");
    await consultant.getByLabel("First day").fill("2026-11-02");
    await consultant.getByLabel("Last day").fill("2026-11-13");
    await consultant.getByLabel("Scope").fill("- all of **portal.hooli.example**\n- not the mail servers");
    await consultant.getByRole("button", { name: "Add engagement" }).click();

    await expect(consultant.getByRole("heading", { name: "Customer portal, autumn test" })).toBeVisible();
    await expect(consultant.getByText("2 Nov 2026 – 13 Nov 2026")).toBeVisible();
    await expect(consultant.locator(".prose strong")).toHaveText("portal.hooli.example");
    await expect(consultant.getByText("0% complete")).toBeVisible();
    await expect(consultant.getByRole("listitem").filter({ hasText: "0 critical" })).toBeVisible();
    engagement = consultant.url();
  });

  await test.step("writes a finding, and sees its score and its looks while typing", async () => {
    await consultant.getByRole("link", { name: "Add finding" }).click();
    await consultant.getByLabel("Title").fill(TITLE);
    await consultant.getByLabel("CVSS vector").pressSequentially(VECTOR);
    await expect(consultant.getByText("Critical 9.8")).toBeVisible();
    await consultant.getByLabel("CWE").fill("639");
    await consultant.getByLabel("Affected assets").fill("https://portal.hooli.example/invoices\nhttps://api.hooli.example/v1");
    await consultant.getByLabel("Description").fill("The number in the address is **not checked**:\n\n1. Sign in.\n2. Count up.\n\nIt also takes `<img src=x onerror=alert(1)>`.");

    await consultant.getByRole("button", { name: "Preview Description" }).click();
    const preview = consultant.locator("#description-preview");
    await expect(preview.locator("strong")).toHaveText("not checked");
    await expect(preview.getByRole("listitem")).toHaveCount(2);
    await expect(preview.locator("code")).toHaveText("<img src=x onerror=alert(1)>");
    await consultant.getByRole("button", { name: "Write Description" }).click();
    await expect(consultant.getByLabel("Description")).toHaveValue(/\*\*not checked\*\*/);

    await consultant.getByLabel("Impact").fill("Every customer's invoices are public.");
    await consultant.getByLabel("Recommendation").fill("Check who owns the invoice.");
    await consultant.getByLabel("References").fill("- <https://owasp.org/Top10/A01_2021-Broken_Access_Control/>");
    await consultant.getByRole("button", { name: "Add finding" }).click();

    await expect(consultant.getByText("Only your team sees this.")).toBeVisible();
    await expect(consultant.getByText("Critical 9.8")).toBeVisible();
    await expect(consultant.getByRole("link", { name: "CWE-639" })).toBeVisible();
    await expect(consultant.getByText("https://api.hooli.example/v1")).toBeVisible();
    finding = consultant.url();
  });

  await test.step("publishes it, and keeps another one as a draft", async () => {
    await consultant.getByRole("button", { name: "Publish" }).click();
    await expect(consultant.getByText("the client can see it now")).toBeVisible();
    await expect(state(consultant)).toHaveText("Open");
    await addFinding(consultant, engagement, DRAFT, "Low");
    await consultant.goto(engagement);
    await expect(consultant.getByRole("link", { name: TITLE }).first()).toBeVisible();
    await expect(consultant.getByRole("link", { name: "Drafts 1" })).toBeVisible();
  });

  await test.step("invites somebody of the client", async () => {
    await consultant.goto(client);
    await consultant.getByRole("link", { name: "Invite to Portal" }).click();
    await consultant.getByLabel("Name").fill("Gavin Belson");
    await consultant.getByLabel("E-mail address").fill(email);
    await consultant.getByRole("radio", { name: "Collaborator" }).check();
    await consultant.getByRole("button", { name: "Invite to Portal" }).click();
    await expect(consultant.getByText("The invitation is on its way.")).toBeVisible();
    await expect(consultant.locator(".people li", { hasText: email })).toContainText("Pending");

    const letter = await letterTo(email);
    expect(letter.subject).toContain("Acme Security");
    for (const words of [letter.text, letter.html]) {
      expect(words).toContain("Gavin Belson");
      expect(words).toContain("Marcus Weber invites you to the client portal of Acme Security");
      expect(words).toContain(name);
      expect(words, "a mail tells nothing of findings").not.toContain(TITLE);
    }
    [invitation] = letter.links;
    expect(letter.links).toHaveLength(1);
    expect(new URL(invitation).origin).toBe(acme);
    expect(letter.html).toContain(`href="${invitation}"`);
  });

  await test.step("who is invited follows the link and sets a password", async () => {
    await contact.goto(invitation);
    await expect(contact).toHaveURL(`${acme}/invite`);
    await expect(contact.getByText(`you are invited for ${name}`)).toBeVisible();

    await contact.getByLabel("Password").fill("hooli1234567");
    await contact.getByLabel("The same again").fill("hooli1234567");
    await contact.getByRole("button", { name: "Set password" }).click();
    await expect(contact.locator("#password-error")).toContainText("This password is easy to guess.");

    await contact.getByLabel("Password").fill(PASSWORD);
    await contact.getByLabel("The same again").fill(PASSWORD);
    await contact.getByRole("button", { name: "Set password" }).click();
    await expect(contact.getByText("Your password is set. Sign in with it.")).toBeVisible();
    await signIn(contact, { email, password: PASSWORD });
  });

  await test.step("sees the engagement, its progress, and published findings only", async () => {
    await expect(contact.getByText("Acme Security client portal")).toBeVisible();
    const card = contact.getByRole("article").filter({ hasText: "Customer portal, autumn test" });
    await expect(card).toContainText("0% complete");
    await expect(card).toContainText("0 of 1 closed");
    await expect(card).toContainText("1 critical");
    await expect(contact.getByText(DRAFT)).toHaveCount(0);

    await card.getByRole("link").click();
    await expect(contact.getByRole("heading", { name: "Customer portal, autumn test" })).toBeVisible();
    await expect(contact.getByText(DRAFT)).toHaveCount(0);
    await expect(contact.getByRole("link", { name: "Drafts" })).toHaveCount(0);
    await contact.goto(`${inPortal(engagement)}?show=drafts`);
    await expect(contact.getByRole("heading", { name: "Customer portal, autumn test" })).toBeVisible();
    await expect(contact.getByText(DRAFT)).toHaveCount(0);
  });

  await test.step("says that it is fixed; the consultant's open pages show it by themselves", async () => {
    await dashboard.goto(acme);
    const before = await toVerify(dashboard);
    await consultant.goto(finding);
    await mark(consultant);
    await mark(dashboard);

    await contact.goto(acme);
    await contact.getByRole("link", { name: TITLE }).first().click();
    await contact.getByLabel("Note").fill("The owner is checked since version **2.4**.");
    await contact.getByRole("button", { name: "Mark as resolved" }).click();
    await expect(contact.getByText("It waits for verification.")).toBeVisible();
    await expect(contact.getByText("The team verifies the fix")).toBeVisible();

    await expect(state(consultant)).toHaveText("Resolved");
    await expect(history(consultant).first()).toContainText("Gavin Belson marked it as resolved");
    await expect(consultant.getByRole("button", { name: "Verify and close" })).toBeVisible();
    await expect.poll(() => toVerify(dashboard)).toBe(before + 1);
    await stillTheSamePage(consultant);
    await stillTheSamePage(dashboard);
  });

  await test.step("the consultant reopens it, which needs a reason; the contact's open page shows it", async () => {
    await mark(contact);
    await consultant.getByRole("button", { name: "Not fixed" }).click();
    await expect(consultant.locator("#note-retest-error")).toHaveText("Say what is still open.");
    await expect(state(consultant)).toHaveText("Resolved");

    await consultant.getByLabel("What was tested").fill("Version 2.4 still shows the first page.");
    await consultant.getByRole("button", { name: "Not fixed" }).click();
    await expect(consultant.getByText("The retest is recorded.")).toBeVisible();
    await expect(state(contact)).toHaveText("Reopened");
    await expect(history(contact).first()).toContainText("Version 2.4 still shows the first page.");
    await stillTheSamePage(contact);
  });

  await test.step("it is resolved again, verified and closed, and everything follows", async () => {
    await mark(consultant);
    await contact.getByRole("button", { name: "Mark as resolved" }).click();
    await expect(state(contact)).toHaveText("Resolved");
    const overview = await contact.context().newPage();
    await overview.goto(acme);
    await expect(overview.getByRole("article")).toContainText("0% complete");
    await mark(overview);
    await mark(contact);

    await expect(state(consultant)).toHaveText("Resolved");
    await stillTheSamePage(consultant);
    await consultant.getByRole("button", { name: "Verify and close" }).click();
    await expect(consultant.getByText("The finding is verified and closed.")).toBeVisible();
    await expect(state(contact)).toHaveText("Verified and closed");
    await expect(overview.getByRole("article")).toContainText("100% complete");
    await expect(overview.getByText("Nothing is open")).toBeVisible();
    await stillTheSamePage(contact);
    await stillTheSamePage(overview);
    await overview.goto(inPortal(engagement));
    await expect(overview.getByText("100% complete")).toBeVisible();

    await consultant.goto(engagement);
    await expect(consultant.getByText("100% complete")).toBeVisible();
    await expect(consultant.getByRole("link", { name: "Closed 1" })).toBeVisible();
    await consultant.goto(`${acme}/clients?q=${encodeURIComponent(name)}`);
    await expect(consultant.locator(".rows-clients > li")).toContainText("100% complete");
  });

  await test.step("the history says who did what and when; drafting is the team's alone", async () => {
    const shared = [
      "Marcus Weber retested it, round 2: fixed",
      "Gavin Belson marked it as resolved",
      "Marcus Weber retested it, round 1: not fixed",
      "Gavin Belson marked it as resolved",
      "Marcus Weber published it",
    ];
    await expect(history(contact)).toContainText(shared);
    await consultant.goto(finding);
    await expect(history(consultant)).toContainText([...shared, "Marcus Weber wrote it"]);
    for (const entry of await history(consultant).all()) {
      await expect(entry.locator("time")).toHaveText(/^\d{1,2} \w+ \d{4}, \d\d:\d\d /);
    }
  });

  await test.step("the link of the invitation is good for nothing more", async () => {
    const later = await visit(invitation);
    await expect(later.getByRole("heading", { name: "This link can't be used" })).toBeVisible();
  });
});

test("a change elsewhere never takes away what is being typed", async ({ as }) => {
  const [consultant, contact] = [await as("marcus"), await as("carl")];
  await consultant.getByRole("link", { name: "Clients" }).first().click();
  await consultant.getByRole("link", { name: "Globex Corporation" }).click();
  const engagement = await addEngagement(consultant, consultant.url(), fresh("Typing"));
  const finding = await addFinding(consultant, engagement, fresh("Seen by two"));
  await consultant.getByRole("button", { name: "Publish" }).click();
  await expect(state(consultant)).toHaveText("Open");

  await contact.goto(inPortal(finding));
  await contact.getByLabel("Note").fill("I am not done with this sen");
  await consultant.getByRole("button", { name: "Start work" }).click();
  await expect(contact.getByText("This page has changed.")).toBeVisible();
  await expect(contact.getByLabel("Note")).toHaveValue("I am not done with this sen");

  await contact.getByRole("button", { name: "Mark as resolved" }).click();
  await expect(contact.locator("#note-fix-error")).toContainText("Somebody else changed this finding meanwhile.");
  await expect(contact.getByLabel("Note")).toHaveValue("I am not done with this sen");
  await contact.getByRole("button", { name: "Mark as resolved" }).click();
  await expect(state(contact)).toHaveText("Resolved");
  await expect(history(contact).first()).toContainText("I am not done with this sen");
});
