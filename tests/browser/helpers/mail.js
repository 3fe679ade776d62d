// The mailbox in which everything that is sent ends up.
import { expect } from "@playwright/test";
import { mailbox } from "./demo.js";

/** The newest letter to somebody whose subject has `about` in it, or is like it, once it is there. */
export async function letterTo(email, about = "") {
  let letter;
  const arrived = async () => {
    const answer = await fetch(`${mailbox}.json`);
    const letters = await answer.json();
    letter = letters.find(({ to, subject }) => to.includes(email) && (about.test?.(subject) ?? subject.includes(about)));
    return Boolean(letter);
  };
  await expect.poll(arrived, { message: `mail to ${email}` }).toBe(true);
  return letter;
}
