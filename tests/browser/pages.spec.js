// Every page, as everybody who can see it.
import { acme, elsewhere, fresh } from "./helpers/demo.js";
import { BURP } from "./helpers/files.js";
import { looksRight } from "./helpers/look.js";
import { letterTo } from "./helpers/mail.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, addFinding, clientOf } from "./helpers/work.js";

// Each page is opened by itself: workers share them out.
test.describe.configure({ mode: "parallel" });

const NOWHERE = `${acme}/clients/00000000000000000000000000`;

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const follow = (page, name) => page.getByRole("link", { name, exact: true }).click();
const globex = (page) => clientOf(page, "Globex Corporation");
const firstEngagement = async (page) => {
  await globex(page);
  await page.getByRole("article").getByRole("link").first().click();
  await page.getByRole("link", { name: "Add finding" }).waitFor();
};
const firstOf = (page, list) => page.getByRole("main").locator(list).first().click();
const worst = (page) => firstOf(page, ".rows-findings .row-title");
const go = (path) => (page) => page.goto(acme + path);

const TEAM = {
  dashboard: go("/"),
  plan: go("/settings/plan"),
  clients: go("/clients"),
  "clients-none": go("/clients?q=there-is-no-such-client"),
  "client-form": go("/clients/new"),
  "client-form-refused": async (page) => {
    await page.goto(`${acme}/clients/new`);
    await page.getByLabel("Name of the organisation").fill("  ");
    await press(page, "Add client");
    await expect(page.locator("#name-error")).not.toBeEmpty();
  },
  client: globex,
  "invite-form": async (page) => {
    await globex(page);
    await follow(page, "Invite to Portal");
  },
  "engagement-form": async (page) => {
    await globex(page);
    await follow(page, "Add engagement");
  },
  "engagement-active": firstEngagement,
  "engagement-closed": async (page) => {
    await firstEngagement(page);
    await page.getByRole("link", { name: /^Closed \d/ }).click();
  },
  "engagement-drafts": async (page) => {
    await firstEngagement(page);
    await addFinding(page, page.url(), fresh("A draft with a rather long title, as titles of findings tend to be"), "Medium");
    await page.goto(`${page.url().replace(/\/findings\/.*/, "")}?show=drafts`);
  },
  "engagement-edit": async (page) => {
    await firstEngagement(page);
    await follow(page, "Edit");
  },
  finding: async (page) => {
    await page.goto(acme);
    await worst(page);
    await page.getByRole("heading", { name: "History" }).waitFor();
  },
  "finding-form": async (page) => {
    await firstEngagement(page);
    await follow(page, "Add finding");
    await page.getByLabel("CVSS vector").fill("CVSS:3.1/AV:Q");
    await expect(page.locator("#vector-score")).not.toBeEmpty();
  },
  "finding-form-refused": async (page) => {
    await firstEngagement(page);
    await follow(page, "Add finding");
    await page.getByLabel("Title").fill("No severity");
    await page.getByLabel("CVSS vector").fill("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
    await page.getByLabel("CWE").fill("none");
    await press(page, "Add finding");
    await expect(page.locator("#cwe-error")).not.toBeEmpty();
  },
  "finding-preview": async (page) => {
    await page.goto(acme);
    await worst(page);
    await follow(page, "Edit");
    await press(page, "Preview Description");
    await expect(page.locator("#description-preview")).not.toHaveText("…");
  },
  "finding-edit": async (page) => {
    await page.goto(acme);
    await worst(page);
    await follow(page, "Edit");
  },
  findings: go("/findings"),
  "findings-filtered": go("/findings?sort=due&severity=high&show=all"),
  "findings-none": go("/findings?q=there-is-no-such-finding"),
  "findings-bulk": async (page) => {
    await page.goto(`${acme}/findings`);
    await press(page, "Choose all");
    await page.getByLabel("What", { exact: true }).selectOption("Accept the risk");
  },
  "findings-changed": async (page) => {
    await page.goto(`${acme}/findings?status=resolved`);
    await page.locator(".picks input[type=checkbox]").first().check();
    await page.getByLabel("What", { exact: true }).selectOption("Start work");
    await press(page, "Change the chosen");
    await page.getByRole("heading", { name: /changed$/ }).first().waitFor();
  },
  "finding-accepted": async (page) => {
    await page.goto(`${acme}/findings?status=accepted_risk`);
    await firstOf(page, ".row-title");
    await page.getByText("The risk is accepted until").waitFor();
  },
  "finding-proposed": async (page) => {
    await page.goto(`${acme}/findings?q=long-lived`);
    await firstOf(page, ".row-title");
    await page.getByText("The team has yet to answer.").waitFor();
    await page.getByText("Change the plan").click();
  },
  "finding-retested": async (page) => {
    await page.goto(`${acme}/findings?show=all&q=public+order+tracking`);
    await firstOf(page, ".row-title");
    await page.getByRole("heading", { name: "Retests" }).waitFor();
  },
  "finding-talk": async (page) => {
    await page.goto(`${acme}/findings?q=support+tickets`);
    await firstOf(page, ".row-title");
    await page.getByText("Team only").first().waitFor();
  },
  "finding-calculator": async (page) => {
    await firstEngagement(page);
    await follow(page, "Add finding");
    await page.getByText("CVSS calculator").click();
    await page.getByText("CVSS 4.0", { exact: true }).click();
  },
  import: async (page) => {
    await firstEngagement(page);
    await follow(page, "Import");
  },
  "import-refused": async (page) => {
    await firstEngagement(page);
    await follow(page, "Import");
    await page.getByLabel("Export of a scan").setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
    await press(page, "Upload and preview");
    await expect(page.locator("#file-error")).not.toBeEmpty();
  },
  "import-preview": async (page) => {
    await firstEngagement(page);
    await follow(page, "Import");
    await page.getByLabel("Export of a scan").setInputFiles(BURP);
    await press(page, "Upload and preview");
    await page.getByRole("button", { name: /^Import \d/ }).waitFor();
  },
  "import-columns": async (page) => {
    await firstEngagement(page);
    await follow(page, "Import");
    await page.getByLabel("Export of a scan").setInputFiles({ name: "odd.csv", mimeType: "text/csv", buffer: Buffer.from("Colour,Place\nOld TLS,a.example\n") });
    await press(page, "Upload and preview");
    await page.getByRole("button", { name: "Show what it makes" }).waitFor();
  },
  "import-later-run": async (page) => {
    const engagement = await addEngagement(page, await clientOf(page, "Globex Corporation"), fresh("Twice"));
    const table = (rows) => ({ name: "run.csv", mimeType: "text/csv", buffer: Buffer.from(`Title,Severity,Host\n${rows}`) });
    const upload = async (rows) => {
      await page.goto(`${engagement}/import`);
      await page.getByLabel("Export of a scan").setInputFiles(table(rows));
      await press(page, "Upload and preview");
    };
    await upload("Old TLS,high,a.example\nOpen relay,low,b.example\n");
    await press(page, "Import 2 findings");
    await press(page, "Publish Open relay");
    await upload("Old TLS,high,a.example\nWeak hash,medium,c.example\n");
    await page.getByRole("button", { name: /^Import \d/ }).waitFor();
  },
  library: async (page) => {
    await firstEngagement(page);
    await follow(page, "Add finding");
    await follow(page, "Start from a template");
  },
  templates: go("/templates"),
  "template-form": async (page) => {
    await page.goto(acme);
    await worst(page);
    await follow(page, "Save as template");
  },
  settings: go("/settings"),
  "settings-manage": async (page) => {
    await page.goto(`${acme}/settings`);
    await page.getByText("Manage Marcus Weber").click();
    await expect(page.getByRole("button", { name: "Remove Marcus Weber" })).toBeVisible();
  },
  "settings-address": async (page) => {
    await page.goto(`${acme}/settings/address`);
    await page.getByLabel("New address").fill("northwind");
    await expect(page.getByText("This address is taken")).toBeVisible();
  },
  "invite-to-team": go("/settings/invites/new"),
  account: go("/account"),
  menu: async (page) => {
    await page.goto(acme);
    await page.getByRole("banner").locator("summary").click();
  },
  "not-found": (page) => page.goto(NOWHERE),
};

for (const [name, open] of Object.entries(TEAM)) {
  test(`${name}, as a consultant`, async ({ as }) => {
    const page = await as("olivia");
    await open(page);
    await looksRight(page, `team-${name}`);
  });
}

test("what a consultant may not do", async ({ as }) => {
  const page = await as("vera");
  await page.goto(`${acme}/settings`);
  await looksRight(page, "team-settings-read");
  await page.goto(`${acme}/clients/new`);
  await expect(page.getByRole("heading", { name: "Not allowed" })).toBeVisible();
  await looksRight(page, "team-not-allowed");
});

const CONTACT = {
  dashboard: go("/"),
  engagement: async (page) => {
    await page.goto(acme);
    await page.getByRole("article").getByRole("link").first().click();
    await page.getByRole("link", { name: /^Closed \d/ }).waitFor();
  },
  "engagement-closed": async (page) => {
    await CONTACT.engagement(page);
    await page.getByRole("link", { name: /^Closed \d/ }).click();
  },
  finding: async (page) => {
    await page.goto(acme);
    await worst(page);
    await page.getByRole("heading", { name: "History" }).waitFor();
  },
  findings: go("/findings"),
  "finding-decide": async (page) => {
    await page.goto(`${acme}/findings?q=e-mail+address`);
    await firstOf(page, ".row-title");
    await page.getByText("Accept the risk", { exact: true }).click();
  },
  people: go("/people"),
  "invite-form": go("/invites/new"),
  account: go("/account"),
  "not-found": (page) => page.goto(NOWHERE),
};

for (const [name, open] of Object.entries(CONTACT)) {
  test(`${name}, as a contact`, async ({ as }) => {
    const page = await as("grace");
    await open(page);
    await looksRight(page, `portal-${name}`);
  });
}

test("sign in, refused and signed out", async ({ visit }) => {
  const page = await visit(acme);
  await looksRight(page, "sign-in");
  await page.getByLabel("E-mail address").fill("nobody@globex.example");
  await page.getByLabel("Password").fill("nothing of the kind");
  await press(page, "Sign in");
  await page.getByRole("alert").waitFor();
  await looksRight(page, "sign-in-refused");
  await page.goto(`${acme}/signed-out`);
  await looksRight(page, "signed-out");
  await page.goto(`${acme}/forgot`);
  await looksRight(page, "forgot");
  await page.getByLabel("E-mail address").fill("nobody@globex.example");
  await press(page, "Send the link");
  await looksRight(page, "forgot-sent");
  await page.goto(`${acme}/reset`);
  await looksRight(page, "reset-gone");
});

test("an invitation, waiting, followed and used up", async ({ as, visit }) => {
  const consultant = await as("olivia");
  const email = `${fresh("gloria").replace(" ", "-")}@globex.example`;
  await globex(consultant);
  await follow(consultant, "Invite to Portal");
  await consultant.getByLabel("Name").fill("Gloria Oyelaran");
  await consultant.getByLabel("E-mail address").fill(email);
  await press(consultant, "Invite to Portal");
  await expect(consultant.getByText("The invitation is on its way.")).toBeVisible();
  await looksRight(consultant, "team-client-invited");

  const [link] = (await letterTo(email)).links;
  const page = await visit(link);
  await looksRight(page, "invite");
  await page.getByLabel("Password").fill("short");
  await page.getByLabel("The same again").fill("short");
  await press(page, "Set password");
  await expect(page.locator("#password-error")).not.toBeEmpty();
  await looksRight(page, "invite-refused");
  await page.goto(`${acme}/invite/gone`);
  await looksRight(page, "invite-gone");
});

test("a host that is no workspace", async ({ visit }) => {
  await looksRight(await visit(elsewhere("nobody")), "unknown-host");
});

test("a workspace of one client", async ({ as }) => {
  await looksRight(await as("nora at northwind"), "team-dashboard-northwind");
});

test("the theme follows the system until it is chosen, and the choice stays", async ({ as }) => {
  const page = await as("olivia", { colorScheme: "dark" });
  const root = page.locator("html");
  await expect(root).toHaveAttribute("data-bs-theme", "dark");
  await press(page, "Change between light and dark");
  await expect(root).toHaveAttribute("data-bs-theme", "light");
  await follow(page, "Clients");
  await expect(root).toHaveAttribute("data-bs-theme", "light");
});
