/** What both halves sign and read: statements.json, authorship.json, routing.json (tests/core/signed_vectors.py). */

import assert from "node:assert/strict";
import { test } from "node:test";
import { followReceipts, Forged, herWords, isVouched, lastKey, makeReply, readReply, successors, type DeskKey, type HerWords, type Reply, type Said } from "../src/authorship";
import { base64url, fromBase64url } from "../src/bytes";
import type { Signed } from "../src/generated";
import { Routing } from "../src/routing";
import { signingPublic } from "../src/sign";
import { makeStatement, NotSigned, readStatement, spelled, type Kind } from "../src/statement";
import { bundleIdentity, deskSigningSeed } from "../src/stretch";
import { read } from "./vectors";

interface Why {
  why: string;
}

const statements = read<{
  spelled: (Why & { document: object; written: string })[];
  statements: (Why & { kind: Kind; seed: string; public: string; document: object; signed: Signed })[];
  refused: (Why & { kind: Kind; public: string; signed: Signed })[];
}>("statements.json");

const authorship = read<{
  words: (Why & {
    signing: string;
    statements: Signed[];
    forged: string | null;
    desk_keys: Record<string, string[]>;
    recipients: Record<string, string>;
    threads: string[];
    checks: { recipient: string; sealed: string; hers: boolean }[];
    wholes: { recipient: string; texts: string[]; whole: boolean }[];
  })[];
  replies: {
    made: { identity: string; signing: string; reply: Reply; document: object };
    read: (Why & { document: Record<string, unknown>; desk_keys: string[]; said: Said; words?: string; forged?: string })[];
  };
  keys: {
    first: DeskKey;
    follow: (Why & { later: Signed[]; last: DeskKey | null })[];
    successors: (Why & { pinned: string[]; later: Signed[]; found: string[] })[];
  };
  vouchers: (Why & { desk: DeskKey; recipient: string; voucher: Signed; vouched: boolean })[];
  receipts: { first: string; follow: (Why & { changes: Signed[]; last: string | null })[] };
  bundles: { identity: string; bundle: string; found: string }[];
}>("authorship.json");

const routing = read<{
  true: { install: string; statement: Signed };
  unsigned: (Why & { install: string; statement: Signed })[];
  no_routing: (Why & { install: string; statement: Signed })[];
  keys: (Why & { later: Record<string, Signed[]>; keys: Record<string, DeskKey> | null })[];
  desks: { province: string; about_official: boolean; desk: string }[];
}>("routing.json");

const forged = (reason: string | null | undefined) => (error: unknown) => error instanceof Forged && error.reason === reason;
const holds = (check: () => void, reason: string): boolean => {
  try {
    check();
    return true;
  } catch (error) {
    assert.ok(forged(reason)(error));
    return false;
  }
};

// --- statements

test("a document has the spelling that the server writes", () => {
  for (const { why, document, written } of statements.spelled) assert.equal(spelled(document), written, why);
});

test("every kind is signed and read as on the server", async () => {
  for (const { why, kind, seed, public: key, document, signed } of statements.statements) {
    assert.deepEqual(await makeStatement(fromBase64url(seed), kind, document), signed, why);
    assert.deepEqual(await readStatement(fromBase64url(key), kind, signed), document, why);
  }
});

test("what the server refuses is refused here", async () => {
  for (const { why, kind, public: key, signed } of statements.refused) await assert.rejects(readStatement(fromBase64url(key), kind, signed), NotSigned, why);
});

// --- who wrote what

function saysSo(words: HerWords, vector: (typeof authorship.words)[number]): void {
  for (const [thread, keys] of Object.entries(vector.desk_keys)) assert.deepEqual(words.deskKeys(thread), keys, vector.why);
  for (const [kind, recipient] of Object.entries(vector.recipients)) assert.equal(words.recipient(kind), recipient, vector.why);
  assert.deepEqual(words.recipients("thread").sort(), vector.threads, vector.why);
  for (const { recipient, sealed, hers } of vector.checks) assert.equal(holds(() => words.check(recipient, fromBase64url(sealed)), "not_hers"), hers, vector.why);
  for (const { recipient, texts, whole } of vector.wholes) {
    assert.equal(holds(() => words.checkWhole(recipient, texts.map(fromBase64url)), "part_missing"), whole, vector.why);
  }
}

test("her statements say what is hers, and every other list is refused", async () => {
  for (const vector of authorship.words) {
    const reading = herWords(fromBase64url(vector.signing), vector.statements);
    if (vector.forged) await assert.rejects(reading, forged(vector.forged), vector.why);
    else saysSo(await reading, vector);
  }
});

test("a reply is made as on the server and read only where it belongs", async () => {
  const { identity, signing, reply, document } = authorship.replies.made;
  const seed = deskSigningSeed(identity);
  assert.equal(base64url(await signingPublic(seed)), signing);
  assert.deepEqual(await makeReply(seed, signing, reply), document);
  for (const { why, document: opened, desk_keys: keys, said, words, forged: reason } of authorship.replies.read) {
    const reading = readReply(opened, keys, said);
    if (reason) await assert.rejects(reading, forged(reason), why);
    else assert.equal(await reading, words, why);
  }
});

test("a desk's keys follow one another", async () => {
  const { first, follow, successors: known } = authorship.keys;
  for (const { why, later, last } of follow) {
    if (last) assert.deepEqual(await lastKey(first, later), last, why);
    else await assert.rejects(lastKey(first, later), NotSigned, why);
  }
  for (const { why, pinned, later, found } of known) assert.deepEqual((await successors(pinned, later)).sort(), found, why);
});

test("a member is who the desk vouches for", async () => {
  for (const { why, desk, recipient, voucher, vouched } of authorship.vouchers) {
    assert.equal(await isVouched(fromBase64url(desk.signing), desk.desk, desk.recipient, recipient, voucher), vouched, why);
  }
});

test("a code in force follows from the first one", async () => {
  const { first, follow } = authorship.receipts;
  for (const { why, changes, last } of follow) {
    if (last) assert.equal(await followReceipts(first, changes), last, why);
    else await assert.rejects(followReceipts(first, changes), NotSigned, why);
  }
});

test("each bundle has a key of hers", () => {
  for (const { identity, bundle, found } of authorship.bundles) assert.equal(bundleIdentity(identity, bundle), found);
});

// --- where reports go

test("only what the install signed leads anywhere", async () => {
  await Routing.read({ ...routing.true, later: {} });
  for (const vector of [...routing.unsigned, ...routing.no_routing]) await assert.rejects(Routing.read({ ...vector, later: {} }), vector.why);
});

test("each desk's present key follows from the signed one", async () => {
  for (const { why, later, keys } of routing.keys) {
    const signed = await Routing.read({ ...routing.true, later });
    if (!keys) await assert.rejects(signed.keys("cay-me-tiep-nhan"), NotSigned, why);
    for (const [code, key] of Object.entries(keys ?? {})) assert.deepEqual((await signed.keys(code)).desk, key, why);
  }
});

test("a province leads to its desk and never to the state about an official", async () => {
  const signed = await Routing.read({ ...routing.true, later: {} });
  for (const { province, about_official: official, desk } of routing.desks) assert.equal(signed.desk(province, official), desk);
});
