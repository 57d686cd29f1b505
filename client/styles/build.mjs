// Minify the two style sheets into the package: `node styles/build.mjs` in client/, after `npm ci`.
// Written beside them: compressed copies, which the server sends as they are, and SHA256SUMS of the whole folder.
// With --check nothing is written: it fails when the committed files are not what the sources give. Compressed copies
// are compared by what they hold: compressors of other machines may write it in other bytes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../../tincay/web/static/web");
const sheets = {
  "phone.css": ["tokens.css", "furniture.css", "her-phone.css", "paper.css"],
  "desk.css": ["tokens.css", "furniture.css", "desk.css", "paper.css"],
};
// Android 8's browsers: nothing newer than these may be assumed (docs/decisions/0001-plain-css.md).
const target = ["chrome64", "firefox78", "safari12"];
const check = process.argv.includes("--check");

function put(name, content, compress = (code) => code, expand = compress) {
  const path = join(out, name);
  if (!check) {
    writeFileSync(path, compress(content));
  } else if (!expand(readFileSync(path)).equals(Buffer.from(content))) {
    console.error(`${name} is not what its sources give: node styles/build.mjs`);
    process.exitCode = 1;
  }
}

mkdirSync(out, { recursive: true });
for (const [name, parts] of Object.entries(sheets)) {
  const source = parts.map((part) => readFileSync(join(here, part), "utf8")).join("\n");
  const { code } = await transform(source, { loader: "css", minify: true, target });
  put(name, code);
  put(`${name}.br`, code, brotliCompressSync, brotliDecompressSync);
  put(`${name}.gz`, code, (plain) => gzipSync(plain, { level: 9 }), gunzipSync);
}
const files = readdirSync(out, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== "SHA256SUMS")
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort();
const sum = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");
put("SHA256SUMS", files.map((path) => `${sum(path)}  ${path.slice(out.length + 1)}\n`).join(""));
