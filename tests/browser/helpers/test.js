// `as("marcus")` gives a page of somebody who is signed in, in a browser of their
// own; `as(name, { anew: true })` just gave the password, as what is protected
// asks for; `visit(address)` is one of anybody. What `tolerates` fits is expected. No page may complain in its console.
import { test as base, expect } from "@playwright/test";
import { existsSync } from "node:fs";
import { person } from "./demo.js";
import { inServerFolder } from "./files.js";

export { expect };

// Refused forms, addresses where nothing is and sessions that ended say so in the console as well.
const EXPECTED = /^Failed to load resource: .* status of (401|403|404|422) /;

export const test = base.extend({
  visit: async ({ browser }, use) => {
    const contexts = [];
    const complaints = [];
    const complain = (page, text) => complaints.push(`${page?.url()}: ${text}`);
    await use(async (address, { tolerates, ...options } = {}) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      context.on("weberror", (error) => complain(error.page(), error.error().stack));
      context.on("console", (message) => {
        const { url } = message.location();
        const expected = (EXPECTED.test(message.text()) || tolerates?.test(message.text())) && !url.includes("/assets/");
        if (message.type() === "error" && !expected) complain(message.page(), message.text());
      });
      if (options.javaScriptEnabled !== false) await context.addInitScript(tellOfViolations);
      const page = await context.newPage();
      if (address) await page.goto(address);
      return page;
    });
    for (const context of contexts) await context.close();
    expect(complaints, "complaints in the console").toEqual([]);
  },
  as: async ({ visit }, use) => {
    await use(async (name, options = {}) => {
      const { address } = person(name);
      const { anew, ...rest } = options;
      const kept = inServerFolder(`${name.replaceAll(" ", "-")}.json`);
      if (existsSync(kept) && !anew) return visit(address, { storageState: kept, ...rest });
      const page = await visit(address, rest);
      await signIn(page, person(name));
      await page.context().storageState({ path: kept });
      return page;
    });
  },
});

function tellOfViolations() {
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`content security policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
  });
}

/** Fills in the form that is shown, and sends it. */
export async function signIn(page, { email, password }) {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Dashboard" }).waitFor();
}
