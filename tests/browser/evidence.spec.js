// Pictures of findings: pasted and dropped into texts, sent by a form, and looked at;
// and files that go along with messages.
import { readFile } from "node:fs/promises";
import { fresh } from "./helpers/demo.js";
import { keepShot, looksRight } from "./helpers/look.js";
import { give, isDrawn, picture } from "./helpers/picture.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, addPublished, clientOf, inPortal } from "./helpers/work.js";

const shots = (page) => page.locator(".shots > li");
const wide = (page) => page.setViewportSize({ width: 1280, height: 800 });

async function published(page) {
  const engagement = await addEngagement(page, await clientOf(page, "Globex Corporation"), fresh("Evidence"));
  return addPublished(page, engagement, fresh("Shown in pictures"));
}

test("pictures are pasted into texts, and both sides look at them", async ({ as }) => {
  test.setTimeout(180_000);
  const consultant = await as("marcus");
  const here = await published(consultant);
  const portal = await as("carl");

  await test.step("a screenshot is pasted into the description", async () => {
    await consultant.getByRole("link", { name: "Edit", exact: true }).click();
    const text = consultant.getByLabel("Description");
    await text.fill("This is what we saw:\n\n");
    await text.press("Control+End");
    await give(text);
    await expect(text).toHaveValue(/!\[Screenshot\]\(evidence:[0-9A-Z]{26}\)/);
    await expect(consultant.locator(".field .queue > li")).toHaveCount(0);
    await consultant.locator("button[data-field=description]").click();
    await expect.poll(() => isDrawn(consultant.locator("#description-preview img"))).toBe(true);
    await consultant.getByRole("button", { name: "Save" }).click();
    await expect.poll(() => isDrawn(consultant.locator(".prose img").first())).toBe(true);
  });

  await test.step("another is dropped into a comment for the team alone", async () => {
    const text = consultant.getByLabel("Comment", { exact: true });
    await consultant.locator("#internal").check();
    await give(text, { name: "ours.png", colour: "#2e7d32", how: "drop" });
    await expect(text).toHaveValue(/evidence:/);
    await consultant.locator("#internal").click();
    await expect(consultant.locator("#internal")).toBeChecked();
    await expect(consultant.getByText("is only for the team, and so this is")).toBeVisible();
    await consultant.getByRole("button", { name: "Comment", exact: true }).click();
    await expect(shots(consultant)).toHaveCount(2);
  });

  await test.step("the client sees the one and not the other, and adds proof", async () => {
    await portal.goto(inPortal(here));
    await expect(shots(portal)).toHaveCount(1);
    await expect.poll(() => isDrawn(portal.locator(".prose img").first())).toBe(true);
    await portal.getByLabel("Caption").fill("After the fix");
    await portal.getByLabel("Pictures").setInputFiles(await picture(portal));
    await portal.getByRole("button", { name: "Send", exact: true }).click();
    await expect(shots(portal)).toHaveCount(2);
    await expect(portal.getByText("Sent and checked.")).toBeVisible();
    await expect.poll(() => isDrawn(shots(portal).last().locator("img"))).toBe(true);
    await expect(shots(consultant)).toHaveCount(3);
    await looksRight(portal, "portal-evidence");
    await looksRight(consultant, "team-evidence");
    await wide(consultant);
    await wide(portal);
  });

  await test.step("they are looked at one after the other", async () => {
    await shots(portal).first().getByRole("link").click();
    const viewer = portal.getByRole("dialog");
    await expect.poll(() => isDrawn(viewer.locator("img"))).toBe(true);
    await portal.keyboard.press("ArrowRight");
    await expect(viewer).toContainText("After the fix (2 of 2)");
    await expect.poll(() => isDrawn(viewer.locator("img"))).toBe(true);
    await keepShot(portal, "portal-viewer");
    await viewer.getByRole("link", { name: "Details" }).click();
    await expect(portal.getByRole("heading", { level: 1, name: "After the fix" })).toBeVisible();
    await expect.poll(() => isDrawn(portal.locator(".viewer img"))).toBe(true);
    await looksRight(portal, "portal-picture");
    await wide(portal);
    await portal.getByRole("link", { name: "Previous" }).click();
    await expect(portal.getByText("Picture 1 of 2")).toBeVisible();
    await expect(portal.getByRole("button", { name: "Delete" })).toHaveCount(0);
  });

  await test.step("what is no picture says so", async () => {
    await consultant.getByLabel("Pictures").setInputFiles({ name: "lies.png", mimeType: "image/png", buffer: Buffer.from("<html>") });
    await consultant.getByRole("button", { name: "Send", exact: true }).click();
    await expect(consultant.getByText("isn't what the name says")).toBeVisible();
  });
});

test("files go along with a message, and not out of a note", async ({ as }) => {
  test.setTimeout(120_000);
  const [consultant, contact] = [await as("marcus"), await as("grace")];
  const engagement = await addEngagement(consultant, await clientOf(consultant, "Globex Corporation"), fresh("Files"));
  await consultant.goto(`${engagement}/messages`);
  await contact.goto(`${inPortal(engagement)}/messages`);
  const log = { name: "requests.log", mimeType: "text/plain", buffer: Buffer.from("GET / 200\n") };
  const waiting = (page) => page.locator("[data-queue] > li");

  await consultant.getByLabel("Attach files").setInputFiles([log, { ...log, name: "more.txt" }]);
  await expect(waiting(consultant).locator("input[name='files[]']")).toHaveCount(2);
  await consultant.getByRole("button", { name: "Remove more.txt" }).click();
  await consultant.getByLabel("New message").fill("See the log.");
  await looksRight(consultant, "messages-attaching");
  await wide(consultant);
  await consultant.getByRole("button", { name: "Send" }).click();
  await expect(contact.locator(".attached")).toContainText("requests.log", { timeout: 3_000 });
  const coming = contact.waitForEvent("download");
  await contact.getByRole("button", { name: "Download requests.log" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe("requests.log");
  expect((await readFile(await download.path())).toString()).toBe("GET / 200\n");
  await looksRight(contact, "messages-attached");
  await wide(contact);

  await consultant.getByLabel("Attach files").setInputFiles({ ...log, name: "ours.log" });
  await expect(waiting(consultant).locator("input[name='files[]']")).toHaveCount(1);
  await consultant.getByLabel("Internal note").check();
  await consultant.getByRole("button", { name: "Send" }).click();
  await expect(consultant.locator(".attached")).toHaveCount(2);
  await contact.reload();
  await expect(contact.locator(".attached")).toHaveCount(1);
  await expect(contact.getByText("ours.log")).toHaveCount(0);

  await contact.getByLabel("Attach files").setInputFiles({ ...log, name: "theirs.txt" });
  await expect(waiting(contact).locator("input[name='files[]']")).toHaveCount(1);
  await contact.getByRole("button", { name: "Send" }).click();
  await expect(consultant.locator(".attached").last()).toContainText("theirs.txt", { timeout: 3_000 });
});

test("without scripts a picture and a file are sent and looked at", async ({ as }) => {
  const consultant = await as("marcus");
  const here = await published(consultant);
  const shot = await picture(consultant, "proof.png");
  const plain = await as("carl", { javaScriptEnabled: false });
  await plain.goto(inPortal(here));
  await plain.getByLabel("Caption").fill("Patched");
  await plain.getByLabel("Pictures").setInputFiles(shot);
  await plain.getByRole("button", { name: "Send", exact: true }).click();
  await expect(async () => {
    await plain.getByRole("link", { name: "Look again" }).click({ timeout: 1_000 }).catch(() => {});
    await expect(plain.getByText("in its place")).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await plain.getByRole("link", { name: "Back", exact: true }).click();
  await shots(plain).getByRole("link").click();
  await expect(plain.getByRole("heading", { level: 1, name: "Patched" })).toBeVisible();
  await plain.getByRole("button", { name: "Delete" }).click();
  await expect(plain.getByText("The picture is deleted.")).toBeVisible();
  await expect(shots(plain)).toHaveCount(0);

  await plain.goto(`${inPortal(here).replace(/\/findings.*/, "")}/messages`);
  await plain.getByLabel("New message").fill("Here it is.");
  await plain.getByLabel("Attach files").setInputFiles({ name: "proof.txt", mimeType: "text/plain", buffer: Buffer.from("patched") });
  await plain.getByRole("button", { name: "Send" }).click();
  await expect(async () => {
    await plain.reload();
    await expect(plain.getByRole("button", { name: "Download proof.txt" })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  const coming = plain.waitForEvent("download");
  await plain.getByRole("button", { name: "Download proof.txt" }).click();
  expect((await coming).suggestedFilename()).toBe("proof.txt");
});
