import assert from "node:assert/strict";
import { test } from "node:test";
import { checkKept, checkSteps, followReceipts, Forged, herWords, isVouched, lastKey, makeReply, readReply, readStep, signAgain, signChange, signWords, succeed, successors, vouch, type DeskKey, type ForgedReason, type Reply, type Said } from "../src/authorship";
import { base64url, fromBase64url, utf8 } from "../src/bytes";
import type { Signed } from "../src/generated";
import { signingPublic } from "../src/sign";
import { NotSigned } from "../src/statement";
import { deskSigningSeed } from "../src/stretch";
import { newDesk } from "./signed";
import { read } from "./vectors";

interface Words {
  why: string;
  signing: string;
  statements: Signed[];
  forged: ForgedReason | null;
  desk_keys: Record<string, string[]>;
  recipients: Record<string, string>;
  threads: string[];
  checks: { recipient: string; sealed: string; hers: boolean }[];
  wholes: { recipient: string; texts: string[]; whole: boolean }[];
}
interface Answer {
  why: string;
  document: Record<string, unknown>;
  desk_keys: string[];
  said: Said;
  words?: string;
  forged?: ForgedReason;
}
interface Vectors {
  words: Words[];
  steps: { why: string; signing: string; statements: Signed[]; events: Parameters<typeof checkSteps>[0]; stage: string; messages: string[]; forged: ForgedReason | null }[];
  kept: { why: string; signing: string; statements: Signed[]; events: Parameters<typeof checkSteps>[0]; kept: string[]; whole: boolean }[];
  logged: { why: string; log: string; record: string; opened: string; logged: boolean }[];
  codes: {
    first: string;
    made: { seed: string; recipient: string; signing: string; signed: Signed };
    again: { signing: string; before: Signed[]; seed: string; after: Signed[] };
    follow: { why: string; changes: Signed[]; signing: string | null }[];
  };
  replies: { made: { identity: string; signing: string; reply: Reply; document: object }; read: Answer[] };
  keys: {
    first: DeskKey;
    follow: { why: string; later: Signed[]; last: DeskKey | null }[];
    successors: { why: string; pinned: string[]; later: Signed[]; found: string[] }[];
  };
  vouchers: { why: string; desk: DeskKey; recipient: string; voucher: Signed; vouched: boolean }[];
}
const vectors = read<Vectors>("authorship.json");

const forged = (reason: ForgedReason) => (error: unknown) => error instanceof Forged && error.reason === reason;

const passes = (run: () => void): boolean => {
  try {
    run();
    return true;
  } catch (error) {
    assert.ok(error instanceof Forged);
    return false;
  }
};

test("her words are hers, all of them, or forged for the reason that the server finds", async () => {
  assert.ok(vectors.words.length > 10);
  for (const { why, signing, statements, forged: reason, ...known } of vectors.words) {
    const found = herWords(fromBase64url(signing), statements);
    if (reason) await assert.rejects(found, forged(reason), why);
    else {
      const words = await found;
      for (const [thread, keys] of Object.entries(known.desk_keys)) assert.deepEqual(words.deskKeys(thread), keys, why);
      assert.deepEqual(words.recipients("thread").sort(), known.threads, why);
      for (const [kind, recipient] of Object.entries(known.recipients)) assert.equal(words.recipient(kind), recipient, why);
      for (const { recipient, sealed, hers } of known.checks) assert.equal(passes(() => words.check(recipient, fromBase64url(sealed))), hers, why);
      for (const { recipient, texts, whole } of known.wholes) assert.equal(passes(() => words.checkWhole(recipient, texts.map(fromBase64url))), whole, why);
    }
  }
});

test("what she signs here is read as hers", async () => {
  const seed = new Uint8Array(32).fill(5);
  const compartments = { thread: { recipient: "age1t", sealed: [utf8("letter")] } };
  const statement = await signWords(seed, { codes: {}, compartments, desk: "d", desk_signing: "s", key: "k", kind: "report", n: 1 });
  const words = await herWords(await signingPublic(seed), [statement]);
  words.check("age1t", utf8("letter"));
});

test("the steps of a report say what its page says, or are forged for the reason that the server finds", async () => {
  assert.ok(vectors.steps.length > 15);
  for (const { why, signing, statements, events, stage, messages, forged: reason } of vectors.steps) {
    const words = await herWords(fromBase64url(signing), statements);
    const check = (): void => checkSteps(events, stage, words, messages.map(fromBase64url));
    if (reason) assert.throws(check, forged(reason), why);
    else check();
  }
});

test("only what the log made about this report is a step of it", async () => {
  assert.ok(vectors.logged.length >= 10);
  for (const { why, log, record, opened, logged } of vectors.logged) {
    const step = readStep(opened, { log, record });
    if (logged) assert.equal((await step).event.record, record, why);
    else await assert.rejects(step, forged("not_the_log"), why);
  }
});

test("what she told is kept, unless a step deleted it", async () => {
  assert.ok(vectors.kept.length >= 10);
  for (const { why, signing, statements, events, kept, whole } of vectors.kept) {
    const words = await herWords(fromBase64url(signing), statements);
    assert.equal(passes(() => checkKept(events, words, kept)), whole, why);
  }
});

test("the code in force follows from the first one", async () => {
  const { first, follow } = vectors.codes;
  for (const { why, changes, signing } of follow) {
    const found = followReceipts(first, changes);
    if (signing) assert.equal(await found, signing, why);
    else await assert.rejects(found, NotSigned, why);
  }
});

test("the old code signs the new one, and the new one signs again, byte for byte as on the server", async () => {
  const { made, again } = vectors.codes;
  assert.deepEqual(await signChange(fromBase64url(made.seed), made.recipient, made.signing), made.signed);
  assert.deepEqual(await signAgain(fromBase64url(again.seed), await herWords(fromBase64url(again.signing), again.before)), again.after);
});

test("a reply is written byte for byte as on the server", async () => {
  const { identity, signing, reply, document } = vectors.replies.made;
  assert.deepEqual(await makeReply(deskSigningSeed(identity), signing, reply), document);
});

test("a reply is read under her desk's keys and in its own place only", async () => {
  assert.ok(vectors.replies.read.length > 10);
  for (const { why, document, desk_keys: keys, said, words, forged: reason } of vectors.replies.read) {
    const found = readReply(document, keys, said);
    if (reason) await assert.rejects(found, forged(reason), why);
    else assert.equal(await found, words, why);
  }
});

test("a desk's keys follow one another, each signed by the one before", async () => {
  const { first, follow } = vectors.keys;
  for (const { why, later, last } of follow) {
    const found = lastKey(first, later);
    if (last) assert.deepEqual(await found, last, why);
    else await assert.rejects(found, NotSigned, why);
  }
});

test("who may answer are the pinned keys and what they signed, in whatever order it comes", async () => {
  for (const { why, pinned, later, found } of vectors.keys.successors) assert.deepEqual((await successors(pinned, later)).sort(), found, why);
});

test("a desk vouches for one member's key under one key of its own", async () => {
  for (const { why, desk, recipient, voucher, vouched } of vectors.vouchers) {
    assert.equal(await isVouched(fromBase64url(desk.signing), desk.desk, desk.recipient, recipient, voucher), vouched, why);
  }
});

test("what a desk signs here is believed here", async () => {
  const [old, fresh] = [await newDesk("d"), await newDesk("d", 2)];
  const seed = deskSigningSeed(old.identity);
  assert.equal(base64url(await signingPublic(seed)), old.key.signing);
  assert.equal((await lastKey(old.key, [await succeed(seed, fresh.key)])).recipient, fresh.recipient);
  assert.ok(await isVouched(await signingPublic(seed), "d", old.recipient, "age1member", await vouch(seed, "d", old.recipient, "age1member")));
});
