// Bringing people in and taking them out: by the team, and by a client's manager.
import { acme, fresh } from "./helpers/demo.js";
import { letterTo } from "./helpers/mail.js";
import { looksRight } from "./helpers/look.js";
import { expect, signIn, test } from "./helpers/test.js";
import { clientOf } from "./helpers/work.js";

const PASSWORD = "quiet lantern orbit 42";
const address = (who) => `${fresh(who).replace(/\s/g, "-").toLowerCase()}@globex.example`;

async function invite(page, name, email, role) {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("radio", { name: role }).check();
  await page.getByRole("main").getByRole("button", { name: /^Invite to/ }).click();
  await expect(page.getByText("The invitation is on its way.")).toBeVisible();
}

async function join(page, email) {
  const { links } = await letterTo(email);
  await page.goto(links[0]);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel("The same again").fill(PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  await signIn(page, { email, password: PASSWORD });
}

test("a manager invites a colleague, makes a viewer of them, and removes them", async ({ as, visit }) => {
  const manager = await as("grace", { anew: true });
  const email = address("hana");
  await manager.getByRole("link", { name: "People" }).click();
  await manager.getByRole("link", { name: "Invite to Portal" }).click();
  await invite(manager, "Hana Suzuki", email, /^Client collaborator/);
  await expect(manager.getByText("Pending").first()).toBeVisible();

  const colleague = await visit();
  await join(colleague, email);
  await expect(colleague.getByText("Globex Corporation")).toBeVisible();
  await colleague.goto(`${acme}/people`);
  await expect(colleague.locator("summary", { hasText: "Manage" })).toHaveCount(0);

  await manager.goto(`${acme}/people`);
  await manager.getByText("Manage Hana Suzuki").click();
  await manager.getByLabel("Role of Hana Suzuki").selectOption("Client viewer");
  await manager.getByRole("button", { name: "Change role" }).filter({ visible: true }).click();
  await expect(manager.getByText("The role is changed.")).toBeVisible();
  await colleague.goto(acme);
  await signIn(colleague, { email, password: PASSWORD });

  await manager.getByText("Manage Hana Suzuki").click();
  await manager.getByRole("button", { name: "Remove Hana Suzuki" }).click();
  await expect(manager.getByText("The person is removed")).toBeVisible();
  await colleague.goto(acme);
  await expect(colleague.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await colleague.getByLabel("E-mail address").fill(email);
  await colleague.getByLabel("Password").fill(PASSWORD);
  await colleague.getByRole("button", { name: "Sign in" }).click();
  await expect(colleague.getByText("The e-mail address or the password is wrong.")).toBeVisible();
});

test("an owner invites to the team, sends the link again, and takes an invitation back", async ({ as, visit }) => {
  const owner = await as("olivia", { anew: true });
  const [email, other] = [address("noor"), address("otto")];
  await owner.goto(`${acme}/settings`);
  await owner.getByRole("link", { name: "Invite to the team" }).click();
  await invite(owner, "Noor Haddad", email, /^Viewer/);
  const first = await letterTo(email);
  await owner.getByRole("button", { name: "Resend to Noor Haddad" }).click();
  await expect(owner.getByText("A new link is on its way.")).toBeVisible();
  const old = await visit(first.links[0]);
  await expect(old.getByRole("heading", { name: "This link can't be used" })).toBeVisible();

  let second;
  await expect.poll(async () => (second = await letterTo(email)).id !== first.id).toBe(true);
  const newcomer = await visit(second.links[0]);
  await expect(newcomer.getByText("you are invited to the team")).toBeVisible();

  await owner.getByRole("link", { name: "Invite to the team" }).click();
  await invite(owner, "Otto Lang", other, /^Member/);
  await owner.getByRole("button", { name: "Revoke the invitation of Otto Lang" }).click();
  await expect(owner.getByText("The invitation is taken back.")).toBeVisible();
  const { links } = await letterTo(other);
  const late = await visit(links[0]);
  await expect(late.getByRole("heading", { name: "This link can't be used" })).toBeVisible();
});

test("one account for two clients: added by the team, joined by a manager's link, and changed between", async ({ as, visit }) => {
  const email = address("yuki");
  const owner = await as("olivia", { anew: true });
  await clientOf(owner, "Globex Corporation");
  await owner.getByRole("link", { name: "Invite to Portal" }).click();
  await invite(owner, "Yuki Tanaka", email, /^Client collaborator/);
  const yuki = await visit();
  await join(yuki, email);
  await expect(yuki.locator(".tool-client")).toHaveCount(0);

  await clientOf(owner, "Initech");
  await owner.getByRole("link", { name: "Invite to Portal" }).click();
  await owner.getByLabel("Name").fill("Yuki Tanaka");
  await owner.getByLabel("E-mail address").fill(email);
  await owner.getByRole("radio", { name: /^Client viewer/ }).check();
  await owner.getByRole("main").getByRole("button", { name: "Invite to Portal" }).click();
  await expect(owner.getByText("The person has an account already. It was added")).toBeVisible();

  await yuki.goto(`${acme}/switch`);
  await looksRight(yuki, "switch");
  await yuki.setViewportSize({ width: 1280, height: 800 });
  await yuki.getByRole("button", { name: "Open the portal for Initech" }).click();
  await expect(yuki.getByRole("heading", { name: "Dashboard" })).toBeVisible();
  await expect(yuki.locator(".tool-client")).toContainText("Initech");
  await yuki.setViewportSize({ width: 390, height: 800 });
  await yuki.getByText("Your menu").locator("..").click();
  await yuki.getByRole("link", { name: "Your organisations" }).click();
  await yuki.getByRole("button", { name: "Open the portal for Globex" }).click();
  await expect(yuki.locator(".tool-client")).toContainText("Globex");
});
