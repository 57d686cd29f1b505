// Builds the client into tincay/web/static/client, byte for byte the same on every machine. Beside each script lie
// compressed copies, which the server sends as they are: compressors of other machines may write them in other bytes.
// `node build.mjs --tests` builds the tests into .tests instead.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.env.TINCAY_CLIENT_OUT ?? join(here, "../tincay/web/static/client");
const absent = join(here, "src/stubs/absent.ts");

// Parts of age-encryption that this product refuses; see docs/formats/seal.md, "One sealed thing".
const refused = {
  "@noble/post-quantum/hybrid.js": absent,
  "@noble/curves/nist.js": absent,
};
// Only keyring.js stretches passphrases; elsewhere age's passphrase mode would bring scrypt along.
const noScrypt = { "@noble/hashes/scrypt.js": absent };
const lazyCurves = { "@noble/curves/ed25519.js": join(here, "src/curves.ts") };

/** Modules that a script takes from one that the page loaded before it: src/shared.ts names them. */
const shared = {
  name: "shared",
  setup({ onResolve, onLoad }) {
    const named = [...readFileSync(join(here, "src/shared.ts"), "utf8").matchAll(/export (\{.+\}) from "(.+)"/g)];
    const members = new Map(named.map(([, names, path]) => [path, names]));
    onResolve({ filter: /^\.\// }, ({ path }) => (members.has(path) ? { path, namespace: "shared" } : undefined));
    onLoad({ filter: /./, namespace: "shared" }, ({ path }) => ({ contents: `export const ${members.get(path)} = globalThis.tincay;` }));
  },
};

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  target: "es2020",
  logLevel: "warning",
};
const outputs = [
  { entry: "src/tell.ts", name: "tell.js", format: "iife", alias: { ...refused, ...noScrypt, ...lazyCurves } },
  { entry: "src/reporter.ts", name: "reporter.js", format: "iife", alias: { ...refused, ...noScrypt, ...lazyCurves } },
  { entry: "src/later.ts", name: "later.js", format: "iife", alias: { ...refused, ...noScrypt, ...lazyCurves }, plugins: [shared] },
  { entry: "src/leave.ts", name: "leave.js", format: "iife", alias: { ...refused, ...noScrypt, ...lazyCurves } },
  { entry: "src/desk.ts", name: "desk.js", format: "iife", alias: { ...refused, ...noScrypt, ...lazyCurves } },
  { entry: "src/sign-in.ts", name: "sign-in.js", format: "iife", alias: {} },
  { entry: "src/keyring.ts", name: "keyring.js", format: "iife", alias: { ...refused, ...lazyCurves } },
  { entry: "src/verify-page.ts", name: "verify.js", format: "iife", alias: {} },
  { entry: "src/curves-library.ts", name: "curves.js", format: "esm", alias: {} },
];

/** The notices of what others made and is built in: their licences ask that each copy carries them. */
const LICENCES = "licences.txt";

function packagesIn({ inputs }) {
  const names = Object.keys(inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return new Set(names.filter(Boolean));
}

function licence(name) {
  const folder = join(here, "node_modules", name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return `${name} ${version}\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}\n`;
}

async function buildClient() {
  mkdirSync(out, { recursive: true });
  const packages = new Set();
  for (const { entry, name, format, alias, plugins = [] } of outputs) {
    const { metafile, outputFiles } = await build({ ...common, entryPoints: [entry], outfile: join(out, name), format, alias, plugins, metafile: true, write: false });
    const theirs = packagesIn(metafile);
    theirs.forEach((one) => packages.add(one));
    const script = (theirs.size ? `/*! ${LICENCES} */\n` : "") + outputFiles[0].text;
    writeFileSync(join(out, name), script);
    writeFileSync(join(out, `${name}.br`), brotliCompressSync(script));
    writeFileSync(join(out, `${name}.gz`), gzipSync(script, { level: 9 }));
  }
  writeFileSync(join(out, LICENCES), [...packages].sort().map(licence).join("\n\n"));
  // Which file of which pack: `./run generate` writes it from tincay.web.packs.
  const lists = JSON.parse(readFileSync(join(here, "word-lists.json"), "utf8"));
  for (const [name, source] of Object.entries(lists)) copyFileSync(join(here, "..", source), join(out, name));
  const scripts = outputs.flatMap(({ name }) => [name, `${name}.br`, `${name}.gz`]);
  const names = [...scripts, ...Object.keys(lists), LICENCES].sort();
  const sums = names.map((name) => `${createHash("sha256").update(readFileSync(join(out, name))).digest("hex")}  ${name}\n`);
  writeFileSync(join(out, "SHA256SUMS"), sums.join(""));
}

async function buildTests() {
  const folder = join(here, ".tests");
  rmSync(folder, { recursive: true, force: true });
  const entryPoints = readdirSync(join(here, "test")).filter((name) => name.endsWith(".test.ts")).map((name) => `test/${name}`);
  // The tests use the library's curves at once: node has no page to load a second file into.
  await build({ ...common, minify: false, entryPoints, outdir: folder, format: "esm", platform: "node", target: "node20",
    outExtension: { ".js": ".mjs" }, alias: refused, define: { "import.meta.vectors": JSON.stringify(join(here, "../tests/vectors")) } });
}

await (process.argv.includes("--tests") ? buildTests() : buildClient());
