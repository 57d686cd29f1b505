import assert from "node:assert/strict";
import { test } from "node:test";
import { Forged, herWords, isVouched, lastKey, makeReply, readReply, signWords, succeed, successors, vouch, type ForgedReason, type Reply, type Said } from "../src/authorship";
import { base64url, utf8 } from "../src/bytes";
import type { Signed } from "../src/generated";
import { signingPublic } from "../src/sign";
import { makeStatement, NotSigned } from "../src/statement";
import { deskSigningSeed } from "../src/stretch";
import { newDesk, type Desk } from "./signed";

const HERS = new Uint8Array(32).fill(5);
const [STORY, REST, LETTER] = [utf8("story"), utf8("rest"), utf8("letter")];
const PINNED = "p".repeat(43);

const forged = (reason: ForgedReason) => (error: unknown) => error instanceof Forged && error.reason === reason;

const report = (n = 1): Promise<Signed> =>
  signWords(HERS, {
    codes: {},
    compartments: { narrative: { recipient: "age1n", sealed: [STORY, REST] }, thread: { recipient: "age1t", sealed: [] } },
    desk: "d", desk_signing: PINNED, key: "k", kind: "report", n,
  });
const message = (n = 2): Promise<Signed> =>
  signWords(HERS, { codes: {}, compartments: { thread: { recipient: "age1t", sealed: [LETTER] } }, desk: "d", desk_signing: PINNED, key: "m", kind: "message", n });

// --- her words

test("what she sealed is hers, in its own compartment only", async () => {
  const words = await herWords(await signingPublic(HERS), [await report(), await message()]);
  words.check("age1n", STORY);
  words.check("age1t", LETTER);
  assert.equal(words.recipient("thread"), "age1t");
  assert.equal(words.recipient("evidence"), "");
  assert.deepEqual(words.deskKeys, [PINNED, PINNED]);
  for (const [recipient, sealed] of [["age1t", STORY], ["age1n", LETTER], ["age1n", utf8("other")], ["age1x", STORY]] as const) {
    assert.throws(() => words.check(recipient, sealed), forged("not_hers"));
  }
});

test("a part that is gone is missed, and one more is none of hers", async () => {
  const words = await herWords(await signingPublic(HERS), [await report(), await message()]);
  words.checkWhole("age1n", [STORY, REST]);
  words.checkWhole("age1n", [REST, STORY, utf8("other")]);
  words.checkWhole("age1x", []);
  assert.throws(() => words.checkWhole("age1n", [STORY]), forged("part_missing"));
  assert.throws(() => words.checkWhole("age1t", []), forged("part_missing"));
});

test("a statement of hers that is gone, twice there or in another order shows", async () => {
  const key = await signingPublic(HERS);
  const [first, second, third] = [await report(), await message(), await message(3)];
  for (const statements of [[], [second], [first, third], [first, first], [second, first], [first, second, second]]) {
    await assert.rejects(herWords(key, statements), forged("words_missing"));
  }
});

test("a statement that another key signed, or as something else, is not hers", async () => {
  const key = await signingPublic(HERS);
  const document = JSON.parse((await report()).document) as object;
  for (const statement of [await makeStatement(new Uint8Array(32), "words", document), await makeStatement(HERS, "grant", document)]) {
    await assert.rejects(herWords(key, [statement]), forged("not_hers"));
  }
});

// --- a desk's reply

const REPLY: Reply = { by: 3, day: "2026-06-30", desk: "d", key: "m", kind: "answer", thread: "age1t", words: "Chào bạn" };
const SAID: Said = { by: 3, days: ["2026-06-30", "2026-06-29"], key: "m", kind: "answer", thread: "age1t" };

async function written(desk: Desk, reply = REPLY): Promise<Record<string, unknown>> {
  return (await makeReply(deskSigningSeed(desk.identity), desk.key.signing, reply)) as Record<string, unknown>;
}

test("a reply is read under the keys that she sealed to", async () => {
  const [desk, other] = [await newDesk("d"), await newDesk("d")];
  const document = await written(desk);
  assert.equal(await readReply(document, [other.key.signing, desk.key.signing], SAID), "Chào bạn");
  assert.equal(await readReply(document, [desk.key.signing], { ...SAID, days: [] }), "Chào bạn");
  await assert.rejects(readReply(document, [other.key.signing], SAID), forged("not_the_desk"));
  await assert.rejects(readReply(document, [], SAID), forged("not_the_desk"));
});

test("a reply that says something else of itself than the page is not shown", async () => {
  const desk = await newDesk("d");
  const document = await written(desk);
  const wrong: Partial<Said>[] = [{ by: 4 }, { key: "other" }, { kind: "message" }, { thread: "age1other" }, { days: ["2026-07-01"] }];
  for (const said of wrong) await assert.rejects(readReply(document, [desk.key.signing], { ...SAID, ...said }), forged("another_place"), JSON.stringify(said));
});

test("words without a desk's signature are no reply", async () => {
  const desk = await newDesk("d");
  const { reply, signature } = await written(desk);
  const unsigned = [{ v: 1, words: "Chào bạn" }, { v: 1, reply }, { v: 1, reply, signature: "" }, { v: 1, reply: String(reply).replace("Chào", "Đừng"), signature }];
  for (const document of unsigned) await assert.rejects(readReply(document, [desk.key.signing], SAID), forged("not_the_desk"));
});

// --- keys of a desk, and who holds them

async function chain(length: number): Promise<{ desks: Desk[]; later: Signed[] }> {
  const desks = await Promise.all(Array.from({ length }, (_, i) => newDesk("d", i + 1)));
  const later = await Promise.all(desks.slice(1).map((after, i) => succeed(deskSigningSeed(desks[i]!.identity), after.key)));
  return { desks, later };
}

test("a desk's keys follow one another, each signed by the one before", async () => {
  const { desks, later } = await chain(3);
  const first = desks[0]!.key;
  assert.deepEqual(await lastKey(first, []), first);
  assert.deepEqual(await lastKey(first, later), { ...desks[2]!.key, v: 1 });
  for (const broken of [[later[1]!], [later[1]!, later[0]!], [later[0]!, later[0]!]]) await assert.rejects(lastKey(first, broken), NotSigned);
});

test("a key with another number or of another desk does not follow", async () => {
  const { desks } = await chain(2);
  const before = deskSigningSeed(desks[0]!.identity);
  for (const change of [{ number: 3 }, { number: 1 }, { desk: "other" }]) {
    await assert.rejects(lastKey(desks[0]!.key, [await succeed(before, { ...desks[1]!.key, ...change })]), NotSigned);
  }
});

test("who may answer are the pinned keys and what they signed, in whatever order it comes", async () => {
  const { desks, later } = await chain(3);
  const thief = await newDesk("d", 2);
  const keys = desks.map(({ key }) => key.signing);
  const own = await succeed(deskSigningSeed(thief.identity), { ...thief.key, number: 3 });
  assert.deepEqual(await successors([keys[0]!], [...later].reverse()), keys);
  assert.deepEqual(await successors([keys[1]!], [...later, own]), keys.slice(1));
  assert.deepEqual(await successors([keys[2]!, keys[2]!], later), [keys[2]]);
  assert.deepEqual(await successors([], later), []);
});

test("a desk vouches for one member's key under one key of its own", async () => {
  const [desk, other] = [await newDesk("d"), await newDesk("d", 2)];
  const seed = deskSigningSeed(desk.identity);
  const voucher = await vouch(seed, "d", desk.recipient, "age1member");
  const known = await signingPublic(seed);
  assert.ok(await isVouched(known, "d", desk.recipient, "age1member", voucher));
  for (const [code, of, member] of [["e", desk.recipient, "age1member"], ["d", other.recipient, "age1member"], ["d", desk.recipient, "age1thief"]] as const) {
    assert.ok(!(await isVouched(known, code, of, member, voucher)));
  }
  assert.ok(!(await isVouched(await signingPublic(deskSigningSeed(other.identity)), "d", desk.recipient, "age1member", voucher)));
  assert.equal(base64url(known), desk.key.signing);
});
