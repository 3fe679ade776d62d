// The mailbox in which everything that is sent ends up.
import { expect } from "@playwright/test";
import { mailbox } from "./demo.js";

/** The letter to somebody, once it is there. */
export async function letterTo(email) {
  let letter;
  const arrived = async () => {
    const answer = await fetch(`${mailbox}.json`);
    const letters = await answer.json();
    letter = letters.find(({ to }) => to.includes(email));
    return Boolean(letter);
  };
  await expect.poll(arrived, { message: `mail to ${email}` }).toBe(true);
  return letter;
}
