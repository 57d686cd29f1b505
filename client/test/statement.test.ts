import assert from "node:assert/strict";
import { test } from "node:test";
import { base64url, concat, fromBase64url, utf8 } from "../src/bytes";
import { sign, signingPublic } from "../src/sign";
import { makeStatement, NotSigned, readStatement, spelled, type Kind } from "../src/statement";

const SEED = new Uint8Array(32).fill(7);
const DOCUMENT = { z: [2, 1], a: { c: null, b: "Chuyện\n\u2028\u0001\"\\/đ😀" }, v: 1 };
const WRITTEN = '{"a":{"b":"Chuyện\\n\u2028\\u0001\\"\\\\/đ😀","c":null},"v":1,"z":[2,1]}';
const KINDS: Kind[] = ["words", "grant", "reply", "desk-key", "member", "routing", "receipt-change"];

test("a document has one spelling", () => {
  assert.equal(spelled(DOCUMENT), WRITTEN);
  assert.equal(spelled(JSON.parse(WRITTEN) as object), WRITTEN);
});

test("what was signed is read again, whatever its kind", async () => {
  const key = await signingPublic(SEED);
  for (const kind of KINDS) {
    const signed = await makeStatement(SEED, kind, DOCUMENT);
    assert.equal(signed.document, WRITTEN);
    assert.deepEqual(await readStatement(key, kind, signed), DOCUMENT);
  }
});

test("a signature is good for its kind alone", async () => {
  const key = await signingPublic(SEED);
  for (const kind of KINDS) {
    const signed = await makeStatement(SEED, kind, DOCUMENT);
    for (const other of KINDS.filter((one) => one !== kind)) await assert.rejects(readStatement(key, other, signed), NotSigned, `${kind} as ${other}`);
  }
});

test("another key, another document or another signature is no statement", async () => {
  const key = await signingPublic(SEED);
  const other = await signingPublic(new Uint8Array(32).fill(8));
  const signed = await makeStatement(SEED, "reply", DOCUMENT);
  const bytes = fromBase64url(signed.signature);
  bytes[0]! ^= 1;
  const wrong = [
    [other, signed],
    [key, { ...signed, document: signed.document.replace("[2,1]", "[2,2]") }],
    [key, { ...signed, document: "" }],
    [key, { ...signed, signature: base64url(bytes) }],
    [key, { ...signed, signature: "" }],
    [key, { ...signed, signature: "no base64 at all!" }],
    [key.subarray(1), signed],
  ] as const;
  for (const [public_, statement] of wrong) await assert.rejects(readStatement(public_, "reply", statement), NotSigned, JSON.stringify(statement));
});

test("a signed document in another spelling is not read", async () => {
  const key = await signingPublic(SEED);
  for (const document of ['{"b":1,"a":2}', '{"a": 1}', '{"a":1.0}', '{"a":1,"a":1}', '{"a":"\\u0111"}']) {
    const signature = base64url(await sign(SEED, concat(utf8("tincay/reply/v1\0"), utf8(document))));
    await assert.rejects(readStatement(key, "reply", { document, signature }), NotSigned, document);
  }
});
