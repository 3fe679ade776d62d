// `as("marcus")` gives a page of somebody who is signed in, in a browser of their own.
import { test as base } from "@playwright/test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { person } from "./demo.js";

export { expect } from "@playwright/test";

export const test = base.extend({
  /** A page of nobody, at an address of the portal. */
  visit: async ({ browser }, use) => {
    const contexts = [];
    await use(async (address, options = {}) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      const page = await context.newPage();
      if (address) await page.goto(address);
      return page;
    });
    for (const context of contexts) await context.close();
  },
  as: async ({ visit }, use) => {
    await use(async (name, options = {}) => {
      const { address } = person(name);
      const kept = join(process.env.PORTAL_FOLDER, `${name.replaceAll(" ", "-")}.json`);
      if (existsSync(kept)) return visit(address, { storageState: kept, ...options });
      const page = await visit(address, options);
      await signIn(page, person(name));
      await page.context().storageState({ path: kept });
      return page;
    });
  },
});

/** Fills in the form that is shown, and sends it. */
export async function signIn(page, { email, password }) {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Dashboard" }).waitFor();
}
