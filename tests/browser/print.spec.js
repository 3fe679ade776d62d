// What paper shows: what the page says, without controls and without what is the team's alone.
import { acme, fresh } from "./helpers/demo.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, addPublished, clientOf, inPortal } from "./helpers/work.js";

test("a printed finding and the list that it is in are whole and without controls", async ({ as }) => {
  const [consultant, contact] = [await as("marcus"), await as("grace")];
  const title = fresh("Printed");
  const engagement = await addEngagement(consultant, await clientOf(consultant, "Globex Corporation"), fresh("Paper"));
  const finding = await addPublished(consultant, engagement, title);
  await consultant.goto(finding);
  await consultant.getByLabel("Comment", { exact: true }).fill("Between us.");
  await consultant.getByLabel("Only for the team").check();
  await consultant.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(consultant.getByText("Between us.")).toBeVisible();

  await consultant.emulateMedia({ media: "print" });
  await expect(consultant.getByRole("heading", { name: title })).toBeVisible();
  await expect(consultant.getByText("Between us.")).toBeHidden();
  for (const words of ["Next step", "Add pictures", "Change the plan", "Team only"]) {
    await expect(consultant.getByText(words, { exact: true }).first()).toBeHidden();
  }
  for (const address of [`${acme}/findings`, engagement]) {
    await consultant.goto(address);
    await expect(consultant.locator(".rows-findings > li").first()).toBeVisible();
    for (const control of ["button", "input", "select", "textarea"]) {
      await expect(consultant.locator(`${control}:visible`)).toHaveCount(0);
    }
  }
  await contact.emulateMedia({ media: "print" });
  await contact.goto(inPortal(engagement));
  await expect(contact.getByRole("link", { name: title }).first()).toBeVisible();
  expect(await contact.pdf().then((file) => file.length)).toBeGreaterThan(1_000);
});
