// What every page must look like: readable for everybody, wide or narrow, light
// or dark. SHOTS=1 keeps pictures, to be looked at: no check needs them.
import { expect } from "@playwright/test";
import axe from "axe-core";
import { inRepository } from "./files.js";

const SHOTS = inRepository("tests/browser/results/shots/");
const AXE = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  rules: { "heading-order": { enabled: true } },
  resultTypes: ["violations"],
};
const HEIGHT = 800;

/** Checks the page that is open, in each theme and width. */
export async function looksRight(page, name) {
  // Once for all themes and widths. Pages have no frames, for which there is AxeBuilder: it reads the rules anew and opens a page each time.
  expect(page.frames()).toHaveLength(1);
  await page.evaluate(axe.source);
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate((theme) => (document.documentElement.dataset.bsTheme = theme), theme);
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: HEIGHT });
      expect.soft(await tooWide(page), `${name}, ${theme}, ${width} wide: wider than the window`).toEqual([]);
      if (width === 320) continue;
      // Below the bar at the top stands whatever was scrolled there.
      await page.evaluate(() => scrollTo(0, 0));
      const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), AXE);
      expect.soft(violations.map(inShort), `${name}, ${theme}, ${width} wide: accessibility`).toEqual([]);
      await keepShot(page, `${name}-${theme}-${width}`);
    }
  }
}

/** Keeps a picture of the whole page, where pictures are asked for. */
export async function keepShot(page, name) {
  if (process.env.SHOTS !== "1") return;
  await page.screenshot({ path: `${SHOTS}${name}.png`, fullPage: true, animations: "disabled" });
}

const inShort = ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`).join(" | ")}`;

/** What makes the page scroll sideways; nothing, if it doesn't. */
function tooWide(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.body.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > clientWidth + 0.5);
    return [`${scrollWidth} > ${clientWidth}`, ...wide.slice(-3).map((one) => one.outerHTML.slice(0, 120))];
  });
}
