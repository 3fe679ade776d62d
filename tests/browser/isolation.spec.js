// Nobody sees anything of another client or another workspace, and nobody can
// tell whether it is there.
import { acme, elsewhere, fresh, northwind, person } from "./helpers/demo.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, addPublished, clientOf, inPortal } from "./helpers/work.js";

const SECRET = "Initech's printer catches fire";
const NOBODYS = "00000000000000000000000000";

/** What a page at an address says, without the number of the request. */
async function says(page, address) {
  const answer = await page.goto(address);
  const words = await page.locator("main").innerText();
  return `${answer.status()} ${words.replace(/Request \w+/, "")}`;
}

test("a contact of one client finds nothing of another client", async ({ as }) => {
  const [consultant, contact] = [await as("marcus"), await as("carl")];
  const client = await clientOf(consultant, "Initech");
  const engagement = await addEngagement(consultant, client, fresh("Initech only"));
  const finding = await addPublished(consultant, engagement, SECRET, "Critical");

  await test.step("on the pages", async () => {
    await contact.goto(acme);
    const links = await contact.getByRole("main").getByRole("link").evaluateAll((all) => all.map(({ href }) => href));
    for (const address of new Set([acme, `${acme}/account`, ...links])) {
      await contact.goto(address);
      await expect(contact.locator("body")).not.toContainText("Initech");
    }
  });

  await test.step("at addresses that somebody gave away", async () => {
    const nothing = await says(contact, `${acme}/engagements/${NOBODYS}`);
    expect(nothing).toContain("404");
    expect(nothing).toContain("There is nothing at this address, or it is not yours to see.");
    const pulse = `${inPortal(engagement)}/pulse?seen=0`;
    const theirs = [client, engagement, finding, inPortal(engagement), inPortal(finding), pulse];
    for (const address of [...theirs, `${acme}/clients`, `${acme}/settings`, `${acme}/no-such-page`]) {
      expect(await says(contact, address), address).toBe(nothing);
    }
  });

  await test.step("within an engagement of their own", async () => {
    const own = await addEngagement(consultant, await clientOf(consultant, "Globex Corporation"), fresh("Globex"));
    const mixed = `${inPortal(own)}/findings/${finding.split("/").pop()}`;
    expect(await says(contact, mixed)).toBe(await says(contact, `${inPortal(own)}/findings/${NOBODYS}`));
  });

  await test.step("while the contact of that client sees it", async () => {
    const theirs = await as("ines");
    await theirs.goto(inPortal(finding));
    await expect(theirs.getByRole("heading", { level: 1, name: SECRET })).toBeVisible();
  });
});

test("a session of one workspace is worth nothing in another", async ({ as, visit }) => {
  const here = await as("olivia");
  const [session] = (await here.context().cookies()).filter(({ name }) => name === "__Host-sid");
  expect(session).toMatchObject({ secure: true, httpOnly: true, domain: new URL(acme).hostname });

  const copied = await visit();
  await copied.context().addCookies([session]);
  await copied.goto(acme);
  await expect(copied.getByRole("heading", { name: "Dashboard" })).toBeVisible();

  const there = await visit(northwind);
  await there.context().addCookies([{ ...session, domain: new URL(northwind).hostname }]);
  for (const path of ["/", "/clients", "/settings"]) {
    await there.goto(northwind + path);
    await expect(there.getByRole("heading", { name: "Sign in" })).toBeVisible();
  }
});

test("one address is two accounts in two workspaces", async ({ as, visit }) => {
  const [here, there] = [await as("carl"), await as("carl at northwind")];
  await expect(here.getByText("Acme Security client portal")).toBeVisible();
  await expect(here.getByText("Globex Corporation")).toBeVisible();
  await expect(there.getByText("Northwind Assurance client portal")).toBeVisible();
  await expect(there.getByText("Umbrella Retail")).toBeVisible();
  await expect(there.locator("body")).not.toContainText(/Acme|Globex Corporation/);

  const [mine] = await here.getByRole("article").getByRole("link").evaluateAll((all) => all.map(({ href }) => href));
  const nothing = await says(there, `${northwind}/engagements/${NOBODYS}`);
  expect(await says(there, mine.replace(acme, northwind))).toBe(nothing);

  const mixed = await visit(acme);
  await mixed.getByLabel("E-mail address").fill(person("carl").email);
  await mixed.getByLabel("Password").fill(person("carl at northwind").password);
  await mixed.getByRole("button", { name: "Sign in" }).click();
  await expect(mixed.getByRole("alert")).toContainText("The e-mail address or the password is wrong.");
});

test("a host that is no workspace is one plain page, whatever is asked for", async ({ visit }) => {
  const page = await visit();
  const nothing = await says(page, elsewhere("nobody"));
  expect(nothing).toMatch(/^404 /);
  expect(nothing).toContain("There is nothing at this address. Check how it is spelled.");
  for (const address of [elsewhere("acmee"), `${elsewhere("www")}/sign-in`, `${elsewhere("nobody")}/clients`]) {
    expect(await says(page, address)).toBe(nothing);
    expect(await page.context().cookies()).toEqual([]);
  }
});
