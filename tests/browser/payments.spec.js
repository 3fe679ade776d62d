// Payments by Stripe: an account is connected, a client pays by it, and gets some back;
// both sides see it. Stripe is the stand-in, and its pages are pressed as people do.
import { acme, fresh, stripe } from "./helpers/demo.js";
import { looksRight } from "./helpers/look.js";
import { letterTo } from "./helpers/mail.js";
import { expect, test } from "./helpers/test.js";
import { clientOf, inPortal } from "./helpers/work.js";

const SOON = { timeout: 15_000 };
const press = (page, name) => page.getByRole("button", { name }).click();

/** Sends an invoice of 119.00 EUR to a client, and gives its address and number. */
async function send(page) {
  await page.goto(`${await clientOf(page, "Globex Corporation")}/invoices/new`);
  await page.getByLabel("For", { exact: true }).fill(fresh("Test"));
  await page.getByLabel("What, line 1").fill("Testing");
  await page.getByLabel("Quantity, line 1").fill("1");
  await page.getByLabel("Price of one, line 1").fill("100");
  await page.getByLabel("Tax %, line 1").fill("19");
  await press(page, "Save draft");
  await press(page, "Send invoice");
  await expect(page.getByText("The invoice is sent.")).toBeVisible();
  const heading = await page.getByRole("heading", { level: 1 }).textContent();
  return { address: page.url(), number: heading.replace("Invoice ", "") };
}

test("an account is connected, an invoice is paid by it and refunded", async ({ as, visit }) => {
  const [consultant, contact] = [await as("olivia", { anew: true }), await as("grace")];
  const { address, number } = await send(consultant);
  await contact.goto(inPortal(address));
  await expect(contact.getByRole("button", { name: /Pay invoice/ })).toHaveCount(0);

  await consultant.goto(`${acme}/settings`);
  await consultant.getByRole("link", { name: "Payments by Stripe" }).click();
  await looksRight(consultant, "team-payments");
  await press(consultant, "Connect with Stripe");
  await consultant.getByRole("link", { name: "Return without finishing" }).click();
  await press(consultant, "Continue at Stripe");
  await press(consultant, /^Complete/);
  await expect(consultant.getByText("Clients can pay their invoices here.").last()).toBeVisible();
  await looksRight(consultant, "team-payments-ready");

  await contact.reload();
  await looksRight(contact, "portal-invoice-to-pay");
  await press(contact, /Pay invoice: 119.00 EUR/);
  await contact.getByRole("link", { name: "Go back without paying" }).click();
  await expect(contact.getByText("You came back without paying.", { exact: false })).toBeVisible();
  await press(contact, /Pay invoice/);
  await press(contact, /^Pay by card/);
  await expect(contact.getByText("Thank you.", { exact: false })).toBeVisible(SOON);
  await looksRight(contact, "portal-payment");
  await letterTo("grace@globex.example", `Receipt: 119.00 EUR for invoice ${number}`);

  const desk = await visit(stripe);
  await desk.getByLabel("Amount to refund").first().fill("19");
  await desk.getByRole("button", { name: "Refund", exact: true }).first().click();
  await letterTo("grace@globex.example", `Refund of 19.00 EUR for invoice ${number}`);
  for (const [page, there] of [[consultant, address], [contact, inPortal(address)]]) {
    await page.goto(there);
    await expect(page.getByText("brought a payment of")).toBeVisible();
    await expect(page.getByText("gave back")).toBeVisible();
    await expect(page.getByText("Partly refunded").first()).toBeVisible();
  }
});
