// Who is in the demo, and where.
import { readFileSync } from "node:fs";
import { inServerFolder } from "./files.js";

const listing = JSON.parse(readFileSync(inServerFolder("data/demo.json"), "utf8"));

const workspace = (slug) => listing.workspaces.find(({ address }) => new URL(address).hostname.startsWith(`${slug}.`));

export const acme = workspace("acme").address;
export const northwind = workspace("northwind").address;
export const mailbox = listing.mailbox;
/** Where Stripe's stand-in is looked at. */
export const stripe = listing.stripe;

/** An address on the same server that no workspace has. */
export const elsewhere = (name) => acme.replace("acme.", `${name}.`);

/** Somebody, by the first part of the mail address: "marcus", or "carl at northwind". */
export function person(name) {
  const [who, slug = "acme"] = name.split(" at ");
  const { address, people } = workspace(slug);
  return { address, ...people.find(({ email }) => email.startsWith(`${who}@`)) };
}

let last = 0;
/** A name that nothing else has. */
export const fresh = (name) => `${name} ${Date.now().toString(36)}${(last += 1)}`;
