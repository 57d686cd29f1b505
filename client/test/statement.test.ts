import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64url } from "../src/bytes";
import type { Signed } from "../src/generated";
import { signingPublic } from "../src/sign";
import { makeStatement, NotSigned, readStatement, spelled, type Kind } from "../src/statement";
import { read } from "./vectors";

interface Vectors {
  spelled: { why: string; document: object; written: string }[];
  statements: { why: string; kind: Kind; seed: string; public: string; document: object; signed: Signed }[];
  refused: { why: string; kind: Kind; public: string; signed: Signed }[];
}
const vectors = read<Vectors>("statements.json");

test("a document has the one spelling that it has on the server", () => {
  assert.ok(vectors.spelled.length > 8);
  for (const { why, document, written } of vectors.spelled) {
    assert.equal(spelled(document), written, why);
    assert.equal(spelled(JSON.parse(written) as object), written, why);
  }
});

test("a statement of each kind is signed byte for byte as on the server, and read again", async () => {
  const kinds: Kind[] = ["words", "grant", "reply", "desk-key", "member", "routing", "receipt-change", "opening"];
  assert.deepEqual(new Set(vectors.statements.map(({ kind }) => kind)), new Set(kinds));
  for (const { why, kind, seed, public: key, document, signed } of vectors.statements) {
    assert.deepEqual(await makeStatement(fromBase64url(seed), kind, document), signed, why);
    assert.deepEqual(await readStatement(fromBase64url(key), kind, signed), document, why);
  }
});

test("what is signed otherwise, or spelled otherwise, is no statement", async () => {
  assert.ok(vectors.refused.length > 30);
  for (const { why, kind, public: key, signed } of vectors.refused) {
    await assert.rejects(readStatement(fromBase64url(key), kind, signed), NotSigned, why);
  }
});

test("a signature that is no base64 is refused like any other", async () => {
  const seed = new Uint8Array(32);
  const { document } = await makeStatement(seed, "reply", {});
  await assert.rejects(readStatement(await signingPublic(seed), "reply", { document, signature: "no base64!" }), NotSigned);
});

test("what nobody would read is not signed", async () => {
  for (const document of [{ words: "\ud83c" }, { n: 2 ** 53 }, { 1: "" }, { đ: "" }]) {
    await assert.rejects(makeStatement(new Uint8Array(32), "reply", document), NotSigned);
  }
});
