// Lighthouse over the main pages of the development server, and the bytes of a first
// and of a repeated view. Adds its figures to target/bench.json.
import { launch as chrome } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { inRepository } from "../browser/helpers/files.js";
import { launch } from "../browser/helpers/launch.js";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const FIGURES = inRepository("target/bench.json");

/** Asks the server by its number: not every machine knows names below localhost. */
async function ask(url, { method = "GET", headers = {}, body } = {}) {
  const { host, port, pathname, search } = new URL(url);
  const sent = request({ host: "127.0.0.1", port, path: pathname + search, method, headers: { ...headers, host } });
  sent.end(body);
  const [answer] = await once(sent, "response");
  const text = (await answer.setEncoding("utf8").toArray()).join("");
  return { text, cookies: (answer.headers["set-cookie"] ?? []).map((one) => one.split(";")[0]) };
}

/** The session cookie of somebody who signs in by the form. */
async function session({ address, email, password }) {
  const { origin } = new URL(address);
  const page = await ask(`${origin}/sign-in`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)[1];
  const answer = await ask(`${origin}/sign-in`, {
    method: "POST",
    headers: { cookie: page.cookies.join("; "), origin, "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ csrf, email, password, next: "/" }).toString(),
  });
  const found = answer.cookies.find((one) => one.startsWith("__Host-sid="));
  if (!found) throw new Error(`${email} can't sign in`);
  return found;
}

/** The first link of a page that fits. */
async function link(origin, cookie, path, fits) {
  const { text } = await ask(`${origin}${path}`, { headers: { cookie } });
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, to]) => to.replaceAll("&#x2F;", "/").replaceAll("&amp;", "&"));
  return links.find((to) => fits.test(to));
}

/** Has the browser know one cookie, or none, and no other. A cookie among the headers would be left out. */
async function know(port, url, cookie) {
  const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${port}` });
  const session = await browser.target().createCDPSession();
  await session.send("Storage.clearCookies");
  if (cookie) {
    const [name, value] = cookie.split("=", 2);
    await session.send("Storage.setCookies", { cookies: [{ name, value, url, path: "/", secure: true, httpOnly: true, sameSite: "Lax" }] });
  }
  await browser.disconnect();
}

/** What went over the wire; a page that couldn't be loaded, or was another one, says so. */
function bytesOf({ audits, requestedUrl, finalDisplayedUrl, runtimeError }) {
  if (runtimeError) throw new Error(`${finalDisplayedUrl}: ${runtimeError.message}`);
  if (finalDisplayedUrl !== requestedUrl) throw new Error(`${requestedUrl} led to ${finalDisplayedUrl}`);
  return audits["network-requests"].details.items.reduce((sum, one) => sum + (one.transferSize ?? 0), 0);
}

async function look(port, url, cookie) {
  await know(port, url, cookie);
  const common = { port, output: "json", logLevel: "error" };
  const first = await lighthouse(url, { ...common, onlyCategories: CATEGORIES }, desktopConfig);
  const again = await lighthouse(url, { ...common, onlyCategories: ["performance"], disableStorageReset: true }, desktopConfig);
  const { categories } = first.lhr;
  const misses = Object.values(first.lhr.audits).filter(({ score, scoreDisplayMode }) => score !== null && score < 0.9 && scoreDisplayMode === "binary");
  return {
    scores: CATEGORIES.map((name) => Math.round(categories[name].score * 100)),
    first: bytesOf(first.lhr),
    repeat: bytesOf(again.lhr),
    misses: misses.map(({ id }) => id),
  };
}

const folder = await mkdtemp(join(tmpdir(), "secportal-lighthouse-"));
const { server, ended, how, said } = await launch(join(folder, "data"));
if (how !== "ready") throw new Error(`The server didn't start: ${how}\n${said()}`);
const listing = JSON.parse(await readFile(join(folder, "data/demo.json"), "utf8"));
const [{ address, people }] = listing.workspaces;
const { origin } = new URL(address);
const somebody = (contact) => ({ address, ...people.find(({ client }) => Boolean(client) === contact) });
const [team, portal] = [await session(somebody(false)), await session(somebody(true))];
const finding = /\/findings\/[0-9A-Z]{26}$/;
const thread = /\/engagements\/[0-9A-Z]{26}$/;
const pages = [
  ["sign-in", "/sign-in", ""],
  ["dashboard, team", "/", team],
  ["dashboard, client", "/", portal],
  ["findings, team", "/findings", team],
  ["finding, team", await link(origin, team, "/findings", finding), team],
  ["finding, client", await link(origin, portal, "/findings", finding), portal],
  ["messages, client", `${await link(origin, portal, "/", thread)}/messages`, portal],
  ["invoices, client", "/invoices", portal],
];
const browser = await chrome({ chromePath: process.env.CHROMIUM, chromeFlags: ["--headless=new", "--no-sandbox", "--disable-quic"] });
const figures = [];
console.log(`\n${"page".padEnd(20)} performance  accessibility  best practices  first view  repeated`);
for (const [name, path, cookie] of pages) {
  const { scores, first, repeat, misses } = await look(browser.port, `${origin}${path}`, cookie);
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
  console.log(`${name.padEnd(20)} ${scores.map((one, n) => String(one).padStart([11, 13, 14][n])).join("  ")}  ${kb(first)}  ${kb(repeat)}  ${misses.join(" ")}`);
  const note = (what, value, unit) => figures.push({ name: `page: ${name}: ${what}`, value, unit, ratio: null, against: null });
  CATEGORIES.forEach((what, n) => note(what, scores[n], "of 100"));
  note("first view", first, "bytes");
  note("repeated view", repeat, "bytes");
}
browser.kill();
server.kill("SIGTERM");
await ended;
await rm(folder, { recursive: true, force: true });
const kept = JSON.parse(await readFile(FIGURES, "utf8").catch(() => "[]"));
const others = kept.filter(({ name }) => !figures.some((one) => one.name === name));
await writeFile(FIGURES, JSON.stringify([...others, ...figures], null, 2));
