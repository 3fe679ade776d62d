// A password that is forgotten, one that is changed, and the list of sign-ins.
import { acme, person } from "./helpers/demo.js";
import { letterTo } from "./helpers/mail.js";
import { looksRight } from "./helpers/look.js";
import { expect, signIn, test } from "./helpers/test.js";

const NEW = "violet harbor crumb 91";
const vera = person("vera");

test("a password is forgotten, set anew by mail, and changed back", async ({ visit }) => {
  const page = await visit(acme);
  await page.getByRole("link", { name: "Forgotten your password?" }).click();
  await page.getByLabel("E-mail address").fill(vera.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("status")).toContainText("a mail with a link is on its way");
  const { subject, links } = await letterTo(vera.email, /password/i);
  expect(subject).toContain("Set a new password");

  await page.goto(links[0]);
  expect(page.url()).toBe(`${acme}/reset`);
  await looksRight(page, "reset");
  await page.getByLabel("New password").fill(NEW);
  await page.getByLabel("The same again").fill(NEW);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Your password is set.")).toBeVisible();
  await signIn(page, { email: vera.email, password: NEW });

  const elsewhere = await visit(acme);
  await signIn(elsewhere, { email: vera.email, password: NEW });
  await page.goto(`${acme}/account`);
  await looksRight(page, "team-account-sessions");
  await page.getByRole("button", { name: /^End the sign-in/ }).first().click();
  await expect(page.getByText("That sign-in is over.")).toBeVisible();
  // The page that is open there says so by itself.
  await expect(elsewhere.getByText("You are signed out.")).toBeVisible();
  await elsewhere.getByRole("link", { name: "Sign in" }).click();
  await expect(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible();

  await page.getByLabel("Current password").fill(NEW);
  await page.getByLabel("New password").fill(vera.password);
  await page.getByLabel("The same again").fill(vera.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password is changed.")).toBeVisible();
  await expect.poll(async () => (await letterTo(vera.email, /password/i)).subject).toContain("was changed");
});
