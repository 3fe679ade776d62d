// Documents: files sent by both sides, with their progress and a retry, and taken
// away under their names.
import { readFile } from "node:fs/promises";
import { fresh } from "./helpers/demo.js";
import { looksRight } from "./helpers/look.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, clientOf, inPortal } from "./helpers/work.js";

const pdf = (name, size = 2_000) => ({ name, mimeType: "application/pdf", buffer: Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(size, "x")]) });
const rows = (page) => page.locator("#live .row-title");
const queue = (page) => page.locator(".queue > li");
const engagement = async (page) => addEngagement(page, await clientOf(page, "Globex Corporation"), fresh("Documents"));

async function choose(page, files) {
  await page.getByLabel("Files").setInputFiles(files);
  await expect(queue(page)).toHaveCount(files.length);
}

test("several files go up at once, what breaks off is sent again, and both sides take them away", async ({ as }) => {
  test.setTimeout(180_000);
  const consultant = await as("marcus", { tolerates: /net::ERR_FAILED/ });
  const here = await engagement(consultant);
  await consultant.getByRole("link", { name: "Documents", exact: true }).click();
  await expect(consultant.getByText("No documents yet")).toBeVisible();

  await test.step("the team sends three files, of which one breaks off and one lies", async () => {
    const names = ["Report – تقرير 報告.pdf", "Raw results.pdf", "Lies.pdf"];
    await choose(consultant, [pdf(names[0], 3_000_000), pdf(names[1]), { name: names[2], mimeType: "application/pdf", buffer: Buffer.from("<html>") }]);
    await consultant.getByLabel("What it is").selectOption("Report");
    let broken = 0;
    await consultant.route(/\/secportal$/, (route) => (route.request().method() === "POST" && broken++ === 0 ? route.abort() : route.continue()));
    await consultant.getByRole("button", { name: "Send", exact: true }).click();
    const failed = queue(consultant).filter({ hasText: "broke off" });
    await expect(failed).toHaveCount(1);
    await expect(queue(consultant).filter({ hasText: "Sent." })).toHaveCount(2);
    await looksRight(consultant, "team-documents-sending");
    await consultant.setViewportSize({ width: 1280, height: 800 });
    await failed.getByRole("button", { name: /^Retry/ }).click();
    await expect(queue(consultant).filter({ hasText: "Sent." })).toHaveCount(3);
    await expect(rows(consultant)).toHaveCount(2);
    await expect(consultant.locator("#live").getByText("isn't what the name says")).toBeVisible();
    await looksRight(consultant, "team-documents");
    await consultant.setViewportSize({ width: 1280, height: 800 });
  });

  const portal = await as("carl");
  await test.step("the client takes the report under its own name", async () => {
    await portal.goto(`${inPortal(here)}/documents`);
    await expect(rows(portal)).toHaveCount(2);
    await expect(portal.getByText("isn't what the name says")).toHaveCount(0);
    for (const _ of [1, 2]) {
      const coming = portal.waitForEvent("download");
      await portal.getByRole("button", { name: /^Download Report/ }).click();
      const download = await coming;
      expect(download.suggestedFilename()).toBe("Report – تقرير 報告.pdf");
      expect((await readFile(await download.path())).subarray(0, 5).toString()).toBe("%PDF-");
    }
    await looksRight(portal, "portal-documents");
    await portal.setViewportSize({ width: 1280, height: 800 });
  });

  await test.step("the client drops proof of a fix", async () => {
    const dropped = await portal.evaluateHandle(() => {
      const data = new DataTransfer();
      for (const name of ["before.txt", "after.txt"]) data.items.add(new File([name], name, { type: "text/plain" }));
      return data;
    });
    await portal.locator("[data-drop]").dispatchEvent("drop", { dataTransfer: dropped });
    await expect(queue(portal)).toHaveCount(2);
    await portal.getByRole("button", { name: "Send", exact: true }).click();
    await expect(rows(portal)).toHaveCount(4);
    await portal.getByRole("link", { name: "after", exact: true }).click();
    await expect(portal.getByText("SHA-256")).toBeVisible();
  });

  await test.step("the team sees who took it, and sends a new version", async () => {
    await consultant.getByRole("link", { name: /^Report/ }).click();
    await expect(consultant.getByText("took version 1")).toHaveCount(2);
    await consultant.getByLabel("File", { exact: true }).setInputFiles(pdf("Report, final.pdf"));
    await consultant.getByRole("button", { name: "Send", exact: true }).click();
    await expect(consultant.getByText("Version 2", { exact: true })).toBeVisible();
    await looksRight(consultant, "team-document");
    await consultant.setViewportSize({ width: 1280, height: 800 });
    await consultant.getByRole("button", { name: "Delete" }).click();
    await expect(consultant.getByText("can be restored for 30 days").first()).toBeVisible();
    await consultant.getByRole("link", { name: "Deleted", exact: true }).click();
    await consultant.locator(".row-title").filter({ hasText: "Report" }).first().click();
    await consultant.getByRole("button", { name: "Restore" }).click();
    await expect(consultant.getByText("The document is back.")).toBeVisible();
  });
});

test("without scripts a small file is sent and taken away", async ({ as }) => {
  const consultant = await as("marcus");
  const here = await engagement(consultant);
  const plain = await as("carl", { javaScriptEnabled: false });
  await plain.goto(`${inPortal(here)}/documents`);
  await expect(plain.getByText("One file, up to 4 MB.")).toBeVisible();
  await plain.getByLabel("Files").setInputFiles({ name: "proof.txt", mimeType: "text/plain", buffer: Buffer.from("patched") });
  await plain.getByRole("button", { name: "Send", exact: true }).click();
  await expect(plain.getByText("The file is there.")).toBeVisible();
  await expect(async () => {
    await plain.reload();
    await expect(rows(plain)).toHaveCount(1, { timeout: 1_000 });
  }).toPass();
  const coming = plain.waitForEvent("download");
  await plain.getByRole("button", { name: /^Download/ }).click();
  expect((await coming).suggestedFilename()).toBe("proof.txt");
});
