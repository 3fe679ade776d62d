// Whether a page that changes by itself really did so without being loaded again.
import { expect } from "@playwright/test";

export const mark = (page) => page.evaluate(() => void (globalThis.openedBefore = true));

export async function stillTheSamePage(page) {
  expect(await page.evaluate(() => globalThis.openedBefore), "the page was loaded again").toBe(true);
}
