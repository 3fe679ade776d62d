import { defineConfig } from "@playwright/test";

// README's pictures are taken of an untouched demo, so nothing else runs then.
const pictures = process.env.UPDATE_SHOTS === "1";

export default defineConfig({
  testDir: ".",
  testMatch: pictures ? "readme-shots.spec.js" : "*.spec.js",
  globalSetup: "./helpers/server.js",
  outputDir: "results/traces",
  reporter: [["list"]],
  // Each has a server of its own. A deployment is one for all.
  workers: pictures || process.env.DEPLOYED ? 1 : 2,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: 10_000 },
  use: {
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: "light",
    ignoreHTTPSErrors: Boolean(process.env.DEPLOYED),
    contextOptions: { reducedMotion: "reduce" },
    // TRACE=1 keeps what failing tests did; it costs every test a sixth of its time.
    trace: process.env.TRACE ? "retain-on-failure" : "off",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM || undefined,
      args: [
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ],
    },
  },
});
