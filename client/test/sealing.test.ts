import assert from "node:assert/strict";
import { test } from "node:test";
import { base64url, fromBase64, fromHex, base64, utf8, text } from "../src/bytes";
import { answerChallenge } from "../src/challenge";
import { fingerprint, sameFingerprint } from "../src/fingerprint";
import { signGrant } from "../src/grant";
import { stretchPassphrase, WeakStretch } from "../src/passphrase";
import { CannotOpen, isEnvelope, newKey, open, openDocument, pad, paddedSize, recipientOf, seal, unpad, unwrap, wrap } from "../src/seal";
import { signingPublic, sign, verifySignature } from "../src/sign";
import { readStatement } from "../src/statement";
import { stretchReceipt } from "../src/stretch";
import { read, words, type SealingVectors } from "./vectors";

const vectors = read<SealingVectors>("sealing.json");

test("a code becomes the same keys as on the server", async () => {
  for (const one of vectors.receipts) {
    const found = await stretchReceipt(one.code, fromBase64(one.salt));
    assert.equal(base64(found.locator), one.locator);
    assert.equal(found.identity, one.identity);
    assert.equal(await recipientOf(found.identity), one.recipient);
    assert.equal(base64(found.signingSeed), one.signing_seed);
    assert.equal(base64(await signingPublic(found.signingSeed)), one.signing_public);
  }
});

test("a passphrase becomes the same key as on the server", () => {
  for (const { passphrase, salt, n, r, p, identity } of vectors.passphrases) {
    assert.equal(stretchPassphrase(passphrase, fromBase64(salt), { n, r, p }), identity);
  }
});

test("stretching below the floor is refused, whatever the page says", () => {
  for (const weak of [{ n: 2 ** 16, r: 8, p: 1 }, { n: 2 ** 17 + 1, r: 8, p: 1 }, { n: 2 ** 17, r: 4, p: 1 }, { n: 2 ** 21, r: 8, p: 1 }]) {
    assert.throws(() => stretchPassphrase("words", new Uint8Array(16), weak), WeakStretch);
  }
  assert.throws(() => stretchPassphrase("words", new Uint8Array(15)), WeakStretch);
});

test("what either side sealed opens", async () => {
  assert.deepEqual(new Set(vectors.sealed.map(({ by }) => by)), new Set(["server", "client"]));
  for (const { identity, plain, sealed } of vectors.sealed) assert.equal(text(await open(fromBase64(sealed), identity)), plain);
  for (const { identity, document, sealed } of vectors.documents) {
    assert.deepEqual(await openDocument(fromBase64(sealed), identity), document);
  }
  for (const { holder, identity, recipient, sealed } of vectors.wraps) {
    assert.equal(await unwrap(fromBase64(sealed), holder, recipient), identity);
  }
});

test("a challenge is answered for its own visit only", async () => {
  for (const { receipt, ticket, secret, sealed } of vectors.challenges) {
    const { identity, locator } = vectors.receipts[receipt]!;
    assert.equal(base64(await answerChallenge(fromBase64(sealed), identity, fromBase64(locator), ticket)), secret);
    await assert.rejects(answerChallenge(fromBase64(sealed), identity, fromBase64(locator), ticket + "x"), CannotOpen);
    await assert.rejects(answerChallenge(fromBase64(sealed), identity, new Uint8Array(32), ticket), CannotOpen);
  }
});

test("a grant is written and signed byte for byte as on the server", async () => {
  for (const { grant, receipt, document, signature } of vectors.grants) {
    const { signing_seed, signing_public } = vectors.receipts[receipt]!;
    const signed = await signGrant(grant, fromBase64(signing_seed));
    assert.deepEqual(signed, { document, signature: base64url(fromBase64(signature)) });
    await readStatement(fromBase64(signing_public), "grant", signed);
  }
});

test("padding has the sizes that the format says", () => {
  for (const [length, size] of vectors.padded_sizes) assert.equal(paddedSize(length), size);
  for (const length of [0, 1, 4092, 4093, 70_000]) assert.equal(unpad(pad(new Uint8Array(length))).length, length);
});

test("padding of another make is refused", () => {
  const change = (edit: (padded: Uint8Array) => Uint8Array | void): Uint8Array => {
    const padded = pad(utf8("words"));
    return edit(padded) ?? padded;
  };
  const wrong = [
    change(() => new Uint8Array(0)),
    change((padded) => padded.subarray(1)),
    change((padded) => new Uint8Array([...padded, ...new Uint8Array(4096)])),
    change((padded) => void padded.fill(255, 0, 4)),
    change((padded) => void padded.fill(1, 4095)),
  ];
  for (const padded of wrong) assert.throws(() => unpad(padded), CannotOpen);
});

test("a hostile header is refused by its bytes", async () => {
  for (const { why, sealed } of vectors.refused) {
    assert.ok(!isEnvelope(fromBase64(sealed)), why);
    await assert.rejects(open(fromBase64(sealed), vectors.sealed[0]!.identity), CannotOpen, why);
  }
});

test("tampered bytes are refused", async () => {
  for (const { why, sealed } of vectors.tampered) {
    await assert.rejects(open(fromBase64(sealed), vectors.sealed[0]!.identity), CannotOpen, why);
  }
});

test("a file of this client has one stanza and nothing else in its header", async () => {
  const { identity, recipient } = await newKey();
  const sealed = await seal(utf8("words"), recipient);
  assert.ok(isEnvelope(sealed));
  assert.equal(sealed.length, 168 + 16 + 5 + 16);
  assert.equal((await wrap(identity, recipient)).length, 274);
});

test("only an X25519 recipient gets words", async () => {
  for (const to of ["", "age1pq1qqqq", "age1tag1qqqq", "AGE1QQQQ", "age1" + "b".repeat(58)]) await assert.rejects(seal(utf8("words"), to));
});

test("a swapped wrap is noticed", async () => {
  const [mine, other, third] = await Promise.all([newKey(), newKey(), newKey()]);
  const swapped = await wrap(third.identity, mine.recipient);
  await assert.rejects(unwrap(swapped, mine.identity, other.recipient), CannotOpen);
  await assert.rejects(unwrap(await seal(utf8("words"), mine.recipient), mine.identity), CannotOpen);
});

test("a signature holds for its message and key only", async () => {
  const seed = new Uint8Array(32).fill(7);
  const key = await signingPublic(seed);
  const signature = await sign(seed, utf8("given"));
  assert.ok(await verifySignature(key, utf8("given"), signature));
  assert.ok(!(await verifySignature(key, utf8("taken back"), signature)));
  assert.ok(!(await verifySignature(key.subarray(1), utf8("given"), signature)));
});

test("a key is the same ten words as on the server", () => {
  const { keys } = read<{ keys: { key?: string; recipient?: string; words: string[]; same: string[]; other: string[] }[] }>("fingerprints.json");
  for (const one of keys) {
    const key = one.recipient ? utf8(one.recipient) : fromHex(one.key!);
    assert.deepEqual(fingerprint(key, words), one.words);
    for (const typed of one.same) assert.ok(sameFingerprint(typed, key, words), typed);
    for (const typed of one.other) assert.ok(!sameFingerprint(typed, key, words), typed);
  }
});
