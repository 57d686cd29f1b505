// Minify the two style sheets into the package: `node styles/build.mjs` in client/, after `npm ci`.
// With --check nothing is written: it fails when the committed files are not what the sources give.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../../tincay/web/static/web");
const sheets = {
  "phone.css": ["tokens.css", "furniture.css", "her-phone.css", "paper.css"],
  "desk.css": ["tokens.css", "furniture.css", "desk.css", "paper.css"],
};
const check = process.argv.includes("--check");

await mkdir(out, { recursive: true });
for (const [name, parts] of Object.entries(sheets)) {
  const source = (await Promise.all(parts.map((part) => readFile(join(here, part), "utf8")))).join("\n");
  // Android 8's browsers: nothing newer than these may be assumed (docs/decisions/0001-plain-css.md).
  const { code } = await transform(source, { loader: "css", minify: true, target: ["chrome64", "firefox78", "safari12"] });
  const committed = await readFile(join(out, name), "utf8").catch(() => "");
  if (check && committed !== code) {
    console.error(`${name} is not what its sources give: run node styles/build.mjs`);
    process.exitCode = 1;
  } else if (!check) {
    await writeFile(join(out, name), code);
  }
}
