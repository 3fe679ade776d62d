// Importing what a scanner found: first what it would make, then drafts.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fresh } from "./helpers/demo.js";
import { BURP, inRepository, NESSUS, NUCLEI, ZAP } from "./helpers/files.js";
import { sentBy } from "./helpers/repeat.js";
import { expect, test } from "./helpers/test.js";
import { addEngagement, clientOf, inPortal } from "./helpers/work.js";

const CORPUS = process.env.SECPORTAL_CORPUS && resolve(inRepository("."), process.env.SECPORTAL_CORPUS);

const xml = (name, text) => ({ name, mimeType: "text/xml", buffer: Buffer.from(text) });
const rows = (page) => page.locator(".rows-findings > li");
const error = (page) => page.locator("#file-error");

async function upload(page, engagement, file) {
  await page.goto(`${engagement}/import`);
  await page.getByLabel("Export of a scan").setInputFiles(file);
  await page.getByRole("button", { name: "Upload and preview" }).click();
}

async function newEngagement(as, title) {
  const consultant = await as("marcus");
  return [consultant, await addEngagement(consultant, await clientOf(consultant, "Globex Corporation"), fresh(title))];
}

const SCANS = [
  ["Nessus", NESSUS, 2, "Remote code execution in <Example Server>"],
  ["Burp Suite", BURP, 2, "SQL injection"],
  ["ZAP", ZAP, 2, "Cross Site Scripting (Reflected)"],
  ["Nuclei", NUCLEI, 3, "Example Server - Remote Code Execution"],
];

for (const [scanner, file, count, title] of SCANS) {
  test(`a file of ${scanner} becomes drafts that the client sees once they are published`, async ({ as }) => {
    const [consultant, engagement] = await newEngagement(as, scanner);
    const contact = await as("carl");

    await upload(consultant, engagement, file);
    await expect(consultant.getByRole("heading", { name: `This would make ${count} drafts` })).toBeVisible();
    await expect(consultant.getByText(`· ${scanner} ·`)).toBeVisible();
    await expect(rows(consultant)).toHaveCount(count);
    await expect(rows(consultant).first()).toContainText(title);
    await expect(rows(consultant).first()).toContainText(/and \d more/);
    const preview = consultant.url();

    await consultant.goto(`${engagement}?show=drafts`);
    await expect(consultant.getByText("Nothing here")).toBeVisible();

    await consultant.goto(preview);
    const confirm = () => consultant.getByRole("button", { name: `Import ${count} findings` }).click();
    const again = await sentBy(consultant, confirm);
    await expect(consultant.getByText(`Drafts made by the import: ${count}.`)).toBeVisible();
    await expect(rows(consultant)).toHaveCount(count);

    await contact.goto(inPortal(engagement));
    await expect(contact.getByText("Findings appear here once the team has published them.")).toBeVisible();

    // To the preview once more, and confirmed once more: nothing is made twice.
    await consultant.goto(preview);
    await expect(consultant).toHaveURL(`${engagement}?show=drafts`);
    expect(await again()).toBe(200);
    await consultant.reload();
    await expect(rows(consultant)).toHaveCount(count);
    await expect(consultant.getByRole("link", { name: `Drafts ${count}` })).toBeVisible();

    await consultant.getByRole("button", { name: `Publish ${title}` }).click();
    await expect(consultant.getByRole("link", { name: `Drafts ${count - 1}` })).toBeVisible();
    await contact.reload();
    await expect(rows(contact)).toHaveCount(1);
    await rows(contact).getByRole("link", { name: title }).click();
    await expect(contact.getByRole("heading", { level: 1, name: title })).toBeVisible();
  });
}

for (const [scanner, file, count] of [
  ["Nessus", "scans/nessus-many_vuln.nessus", 6],
  ["Burp Suite", "scans/burp-seven_findings.xml", 7],
]) {
  test(`a real file of ${scanner} makes ${count} drafts (corpus)`, async ({ as }) => {
    test.skip(!CORPUS, "SECPORTAL_CORPUS is not set");
    const [consultant, engagement] = await newEngagement(as, scanner);
    await upload(consultant, engagement, resolve(CORPUS, file));
    await consultant.getByRole("button", { name: `Import ${count} findings` }).click();
    await expect(consultant.getByText(`Drafts made by the import: ${count}.`)).toBeVisible();
    await expect(rows(consultant)).toHaveCount(count);
    await rows(consultant).first().getByRole("link").click();
    await expect(consultant.getByText("Only your team sees this.")).toBeVisible();
    await expect(consultant.locator(".history > li")).toContainText(`Marcus Weber imported it from ${scanner}`);
  });
}

const entities = (declared, used) => `<?xml version="1.0"?><!DOCTYPE issues [${declared}]><issues><issue><name>${used}</name></issue></issues>`;
const laughs = ["b", "c", "d", "e", "f", "g", "h"].map((name, n) => `<!ENTITY ${name} "${`&${"abcdefg"[n]};`.repeat(10)}">`);
const WRONG = {
  "is no scan": [xml("notes.xml", "Host: app1\nRisk: high\n"), "This is no scan that can be read here."],
  "breaks off": [xml("cut.nessus", readFileSync(NESSUS, "utf8").slice(0, 900)), "The file is broken or incomplete near line"],
  "blows up entities": [xml("laughs.xml", entities(`<!ENTITY a "ha">${laughs.join("")}`, "&h;")), "The file declares XML entities"],
  "names another file": [xml("passwd.xml", entities('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;")), "The file declares XML entities"],
  "is of another scanner": [xml("nikto.xml", '<?xml version="1.0"?><niktoscan hoststest="0"><scandetails targethostname="shop.example"/></niktoscan>'), "This is a file of Nikto."],
  "is not in its encoding": [
    { name: "latin.xml", mimeType: "text/xml", buffer: Buffer.from('<?xml version="1.0" encoding="UTF-8"?><issues><issue><name>Caf\xe9</name></issue></issues>', "latin1") },
    "The file is not text in the encoding",
  ],
  "is empty": [xml("empty.nessus", ""), /Choose a file\.|The file is empty\./],
};

test("a wrong file is refused with a message at the field, and nothing is imported", async ({ as }) => {
  const [consultant, engagement] = await newEngagement(as, "Wrong files");
  for (const [what, [file, words]] of Object.entries(WRONG)) {
    await test.step(`one that ${what}`, async () => {
      await upload(consultant, engagement, file);
      await expect(error(consultant)).toContainText(words);
      await expect(consultant.getByRole("heading", { level: 1, name: "Import" })).toBeVisible();
    });
  }
  await consultant.goto(engagement);
  await expect(consultant.getByRole("link", { name: "Drafts 0" })).toBeVisible();
});

const LARGE = xml("large.nessus", Buffer.alloc(5 * 1024 * 1024, "<a/>"));

test("a large file goes straight to the bucket, and a job makes its findings", async ({ as }) => {
  test.slow();
  const [consultant, engagement] = await newEngagement(as, "Job");
  const row = (n) => `Weakness ${String(n).padStart(3, "0")},high,host${n}.example,${"words ".repeat(3_500)}`;
  const table = ["title,severity,asset,description", ...Array.from({ length: 300 }, (_, n) => row(n))].join("\n");
  const sent = [];
  consultant.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  await upload(consultant, engagement, { name: "large.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
  await expect(consultant.getByRole("heading", { name: "This would make 300 drafts" })).toBeVisible({ timeout: 30_000 });
  const origin = new URL(engagement).origin;
  expect(sent.filter((url) => !url.startsWith(origin))).toHaveLength(1);
  await consultant.getByRole("button", { name: "Import 300 findings" }).click();
  await expect(consultant.getByText("Drafts made by the import: 300.")).toBeVisible({ timeout: 60_000 });
  await expect(consultant.getByRole("link", { name: "Drafts 300" })).toBeVisible();
});

test("a large file that can't be read says why where its progress was", async ({ as }) => {
  const [consultant, engagement] = await newEngagement(as, "Broken job");
  await upload(consultant, engagement, LARGE);
  await expect(consultant.getByRole("alert")).toContainText("The file is broken or incomplete", { timeout: 30_000 });
  await consultant.getByRole("link", { name: "Import another file" }).click();
  await expect(consultant.getByLabel("Export of a scan")).toBeVisible();
});

test("a file that is too large is refused before it is sent", async ({ as }, info) => {
  const [consultant, engagement] = await newEngagement(as, "Large file");
  const sent = [];
  consultant.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  const huge = info.outputPath("huge.nessus");
  writeFileSync(huge, Buffer.alloc(51 * 1024 * 1024, "<a/>"));
  await upload(consultant, engagement, huge);
  await expect(consultant.getByRole("alert")).toHaveText("huge.nessus is 51.0 MB: larger than what can be taken.");
  await expect(consultant.getByLabel("Export of a scan")).toHaveJSProperty("validity.valid", false);

  await consultant.getByLabel("Export of a scan").setInputFiles(NESSUS);
  await expect(consultant.getByRole("alert")).toBeEmpty();
  expect(sent).toEqual([]);
});

test("a file that is too large is refused by the server where there is no JavaScript", async ({ as }) => {
  const [, engagement] = await newEngagement(as, "Large file");
  const plain = await as("marcus", { javaScriptEnabled: false });
  await upload(plain, engagement, LARGE);
  await expect(error(plain)).toContainText("The file is larger than 4 MB.");
  await plain.goto(engagement);
  await expect(plain.getByRole("link", { name: "Drafts 0" })).toBeVisible();
});

test("a table says which column is what, and a later run which findings are gone", async ({ as }) => {
  const [consultant, engagement] = await newEngagement(as, "Table");
  const table = (name, rows) => ({ name, mimeType: "text/csv", buffer: Buffer.from(`Colour,Place,Grade\n${rows}`) });
  await upload(consultant, engagement, table("first.csv", "Old TLS,a.example,high\nOpen relay,b.example,low\n"));
  await consultant.getByLabel("Title").selectOption("Colour");
  await consultant.getByLabel("Severity").selectOption("Grade");
  await consultant.getByLabel("Affected asset").selectOption("Place");
  await consultant.getByRole("button", { name: "Show what it makes" }).click();
  await consultant.getByRole("button", { name: "Import 2 findings" }).click();
  await consultant.getByRole("button", { name: "Publish Open relay" }).click();
  await expect(rows(consultant)).toHaveCount(1);

  await upload(consultant, engagement, table("second.csv", "Old TLS,a.example,high\nWeak hash,c.example,low\n"));
  await expect(consultant.getByRole("heading", { name: "A later run of this scan: 1 new" })).toBeVisible();
  await consultant.getByLabel(/^Mark what is gone as resolved/).check();
  await consultant.getByRole("button", { name: "Import 1 finding" }).click();
  await consultant.goto(engagement);
  await expect(rows(consultant)).toContainText(["Open relay"]);
  await expect(rows(consultant).first()).toContainText("Resolved");
});
