// Bundles CSS and JS into dist/, under names that change with their content,
// and draws the icons that are used into one sprite.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { PurgeCSS } from "purgecss"; // the framework's CSS is ten times what pages use

const dist = new URL("dist/", import.meta.url).pathname;
const manifest = {};

async function put(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const hashed = name.replace(/(\.\w+)$/, `-${hash}$1`);
  await writeFile(dist + hashed, content);
  manifest[name] = hashed;
}

async function sprite() {
  const names = JSON.parse(await readFile(new URL("icons.json", import.meta.url)));
  const symbols = names.map(async (name) => {
    const file = new URL(`node_modules/@tabler/icons/icons/outline/${name}.svg`, import.meta.url);
    const paths = (await readFile(file, "utf8")).match(/<path[^>]*\/>/g).filter((path) => !path.includes('d="M0 0h24v24H0z"'));
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${paths.join("")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${(await Promise.all(symbols)).join("")}</svg>`;
}

// What pages are made of at other places than these files: markdown's elements, and
// classes whose names templates put together.
const ELEMENTS = "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img li ol p pre strong sup table tbody td th thead tr ul".split(" ");
const TOGETHER = [/^(alert|by|line|sev|state|step|top)-/];
const PAGES = ["../templates/**/*.html", "src/*.js", "../shared/web/src/**/*.rs", "../functions/*/src/**/*.rs"];

/** Takes away what no page uses, out of the framework's CSS only: ours is used. */
const used = {
  name: "used",
  setup({ onLoad }) {
    onLoad({ filter: /@tabler.*\.css$/ }, async ({ path }) => {
      const content = PAGES.map((glob) => new URL(glob, import.meta.url).pathname);
      const safelist = { standard: [...ELEMENTS, ...TOGETHER], greedy: [/data-bs-theme/] };
      const [{ css }] = await new PurgeCSS().purge({ content, css: [path], safelist, keyframes: true });
      return { contents: css, loader: "css" };
    });
  },
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const bundle = await build({
  entryPoints: ["src/app.css", "src/app.js", "src/theme.js"].map((file) => new URL(file, import.meta.url).pathname),
  bundle: true,
  minify: true,
  write: false,
  outdir: dist,
  format: "iife",
  target: ["chrome109", "firefox115", "safari16"],
  legalComments: "none",
  plugins: [used],
});
for (const file of bundle.outputFiles) await put(file.path.split("/").pop(), file.contents);
await put("icons.svg", await sprite());
await put("favicon.svg", await readFile(new URL("src/favicon.svg", import.meta.url)));
await writeFile(`${dist}manifest.json`, JSON.stringify(manifest, null, 2));
