import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAddition, type Before } from "../src/addition";
import { herWords, type HerWords } from "../src/authorship";
import { fromBase64 } from "../src/bytes";
import { makeEnvelope, type Configuration, type Told } from "../src/envelope";
import type { AddedIn, AdditionIn, MovedIn } from "../src/generated";
import { CannotOpen, openDocument, unwrap } from "../src/seal";
import { signingPublic } from "../src/sign";
import { fromRoot } from "../src/stretch";
import { newDesk, routed, routing, type Desk } from "./signed";

const RECEIPT = fromRoot(new Uint8Array(32).fill(3));
const KEY = "k".repeat(22);
const OFFICIALS = ["official"];
const FIRST: Told = { words: ["Chuyện"], place: ["p1"], name: ["Lan"] };

async function reported(told: Told = FIRST) {
  const [desk, near, state, other] = await Promise.all([newDesk("d"), newDesk("near"), newDesk("state"), newDesk("case")]);
  const place = { desks: [desk, near, state, other], default: "d", case: "case", state: ["state"], provinces: { p1: "d", p2: "near", p3: "state" } };
  const configuration: Configuration = {
    salt: "", routed: await routed(place), day: "2026-06-30", text_version: "t", limits: { envelope: 1 }, proof_of_work: null, officials: OFFICIALS,
  };
  const where = await routing(place);
  const envelope = await makeEnvelope(told, "warning", RECEIPT, "r".repeat(22), configuration, where);
  const words = await herWords(await signingPublic(RECEIPT.signingSeed), [envelope.words]);
  const before: Before[] = Object.entries(envelope.compartments).map(([kind, { recipient, sealed, wraps }]) => ({ kind, of: recipient, sealed: wraps[1].sealed, texts: sealed.length }));
  const add = (fresh: Told, erased: string[] = []): Promise<AdditionIn> => {
    const all = { ...told, ...fresh };
    const left = before.map((one) => (erased.includes(one.kind) ? { ...one, texts: 0 } : one));
    return makeAddition(fresh, all, RECEIPT, KEY, { kind: "warning", words, before: left, routing: where, officials: OFFICIALS });
  };
  return { desk, near, state, other, envelope, words, before, add };
}

async function hers(words: HerWords, first: AdditionIn["words"], addition: AdditionIn): Promise<HerWords> {
  const both = await herWords(await signingPublic(RECEIPT.signingSeed), [first, addition.words]);
  assert.equal(both.documents[0]!.key, words.documents[0]!.key);
  return both;
}

const moved = (addition: AdditionIn): MovedIn => addition.sealed as MovedIn;

async function opens(desk: Desk, { recipient, sealed, wraps }: MovedIn["compartments"]["narrative"]): Promise<unknown[]> {
  const wrap = wraps.find(({ to }) => to === desk.recipient)!;
  const key = await unwrap(fromBase64(wrap.sealed), desk.identity, recipient);
  return Promise.all(sealed.map((one) => openDocument(fromBase64(one), key)));
}

test("what leads to the same desk is sealed to the compartments in use, with who she is apart", async () => {
  const { desk, envelope, words, add } = await reported();
  const addition = await add({ words: ["Còn nữa"], harms: ["threat"], contact: ["0900"] });
  const added = addition.sealed as AddedIn;
  const open = async (kind: "narrative" | "contact"): Promise<unknown> => {
    const { recipient, wraps } = envelope.compartments[kind];
    return openDocument(fromBase64(added[kind][0]!), await unwrap(fromBase64(wraps[0].sealed), desk.identity, recipient));
  };
  assert.deepEqual(await open("narrative"), { v: 1, answers: { kind: ["warning"], harms: ["threat"] }, words: "Còn nữa" });
  assert.deepEqual(await open("contact"), { v: 1, answers: {}, fields: { contact: "0900" } });
  const both = await hers(words, envelope.words, addition);
  both.check(words.recipient("narrative"), fromBase64(added.narrative[0]!));
  assert.deepEqual({ ...both.documents[1], compartments: {} }, { codes: { priority: addition.priority }, compartments: {}, desk: "d", desk_signing: desk.key.signing, key: KEY, kind: "words", n: 2, v: 1 });
});

test("what leads elsewhere goes with all that was told before, and identity to who may read it there", async () => {
  const { desk, near, other, envelope, words, before, add } = await reported();
  const addition = await add({ words: ["Ở gần"], place: ["p2"] });
  const to = moved(addition);
  assert.equal(to.desk, "near");
  assert.deepEqual(await opens(near, to.compartments.narrative), [{ v: 1, answers: { kind: ["warning"], place: ["p2"] }, words: "Ở gần" }]);
  assert.deepEqual(await opens(other, to.compartments.identity), []);
  await assert.rejects(opens({ ...near, identity: desk.identity }, to.compartments.thread), CannotOpen);
  assert.deepEqual(to.before.map(({ of }) => of), before.map(({ of }) => of));
  for (const { of, to: reader, sealed } of to.before) {
    const holder = of === envelope.compartments.identity.recipient ? other : near;
    assert.equal(reader, holder.recipient);
    await unwrap(fromBase64(sealed), holder.identity, of);
    await assert.rejects(unwrap(fromBase64(sealed), desk.identity, of), CannotOpen);
  }
  const both = await hers(words, envelope.words, addition);
  assert.deepEqual(both.recipients("thread").map((thread) => both.deskKeys(thread)), [[desk.key.signing], [near.key.signing]]);
  assert.equal(both.recipient("thread"), to.compartments.thread.recipient);
});

test("all answers together choose: a state desk gets nothing about an official, whichever came first", async () => {
  for (const [first, later, expected] of [
    [{ place: ["p3"] }, { did: ["official"] }, "d"],
    [{ did: ["official"] }, { place: ["p3"] }, undefined],
    [{ harms: ["official"] }, { place: ["p2"] }, "near"],
    [{ place: ["p1"] }, { place: ["p3"] }, "state"],
  ] as [Told, Told, string | undefined][]) {
    const { state, add } = await reported(first);
    const addition = await add({ ...later, words: ["Thêm"] });
    assert.equal(moved(addition).desk, expected);
    if (expected !== "state") assert.ok(!JSON.stringify(addition).includes(state.recipient));
  }
});

test("the priority is that of all answers together", async () => {
  const { add } = await reported({ harms: ["confinement"] });
  assert.equal((await add({ words: ["Thêm"] })).priority, "p1");
  assert.equal((await add({ frequency: ["ongoing"] })).priority, "p0");
});

test("after her words were erased, new ones have compartments of their own at the same desk", async () => {
  const { desk, add } = await reported();
  for (const gone of [["narrative", "contact"], ["narrative"]]) {
    const addition = await add({ words: ["Thêm"] }, gone);
    assert.equal(moved(addition).desk, "d");
    assert.equal((await opens(desk, moved(addition).compartments.narrative)).length, 1);
  }
});

test("a long addition falls into parts", async () => {
  const { add } = await reported();
  const { narrative } = (await add({ words: ["đ".repeat(250_000)] })).sealed as AddedIn;
  assert.ok(narrative.length > 2);
});
