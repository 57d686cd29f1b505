import assert from "node:assert/strict";
import { test } from "node:test";
import { herWords, type WordsDocument } from "../src/authorship";
import { fromBase64 } from "../src/bytes";
import { aboutChild, aboutOfficial, documents, grantsFrom, makeEnvelope, openCodes, pieces, written, type Configuration, type Told } from "../src/envelope";
import { ABOUT_HER, FIELDS_ABOUT_HER, MAX_PART_BYTES, type GrantDocument } from "../src/generated";
import { CannotOpen, newKey, openDocument, sealDocument, unwrap } from "../src/seal";
import { signingPublic } from "../src/sign";
import { readStatement } from "../src/statement";
import { fromRoot } from "../src/stretch";
import { newDesk, routed, routing } from "./signed";
import { read } from "./vectors";

/** What tincay/vault/actions.py takes of one sealed text: WORDS_LIMIT. */
const MOST_SEALED = 300_000;

interface Vector {
  kind: string;
  answers: Told;
  priority: string;
  kind_group: string;
  retention_class: string;
  why: string;
}

test("the phone sends the open codes that the server would find", () => {
  const vectors = read<Vector[]>("open_codes.json");
  assert.ok(vectors.length > 40);
  for (const { kind, answers, why, ...codes } of vectors) assert.deepEqual(openCodes(answers, kind), codes, why);
});

test("how she may be reached goes into the contact compartment and nowhere else", () => {
  const about = [...ABOUT_HER, ...FIELDS_ABOUT_HER];
  const told = { harms: ["threat"], words: ["Chuyện"], identifier: ["0900"], consents: ["store_sealed"], ...Object.fromEntries(about.map((name) => [name, [`her ${name}`]])) };
  const { narrative, contact } = documents(told, "warning");
  assert.deepEqual(narrative, [{ v: 1, answers: { kind: ["warning"], harms: ["threat"] }, words: "Chuyện\n\n0900" }]);
  assert.deepEqual(contact, {
    v: 1,
    answers: Object.fromEntries(ABOUT_HER.map((name) => [name, [`her ${name}`]])),
    fields: Object.fromEntries(FIELDS_ABOUT_HER.map((name) => [name, `her ${name}`])),
  });
});

test("a long story falls into parts that are the words again, and each fits when it is sealed", async () => {
  const { recipient } = await newKey();
  const stories = ["", "ngắn", "a".repeat(MAX_PART_BYTES + 1), "ờ😀".repeat(90_000), "\u0001\n\"".repeat(70_000), "đ".repeat(450_000)];
  for (const story of stories) {
    const parts = pieces(story);
    assert.equal(parts.join(""), story);
    assert.equal(parts.length > 1, story.length > MAX_PART_BYTES / 2);
    const { narrative } = documents({ words: [story], need: ["pep"] }, "warning");
    assert.equal(narrative.map((part) => (part as { words: string }).words).join(""), story);
    for (const part of narrative) assert.ok((await sealDocument(part, recipient)).length <= MOST_SEALED);
  }
});

const KEY = "k".repeat(22);

async function made(told: Told) {
  const [desk, other] = await Promise.all([newDesk("d"), newDesk("case")]);
  const place = { desks: [desk, other], default: "d", case: "case" };
  const configuration: Configuration = {
    salt: "", routed: await routed(place), day: "2026-06-30", text_version: "t", limits: { envelope: 1, words: 1 }, proof_of_work: null, officials: [],
  };
  const receipt = fromRoot(new Uint8Array(32));
  return { desk, other, receipt, envelope: await makeEnvelope(told, "warning", receipt, KEY, configuration, await routing(place)) };
}

test("an envelope opens with the desk's key and with the receipt's; identity waits for the case desk", async () => {
  const told = { harms: ["threat"], name: ["Lan"], words: ["đ".repeat(150_000)] };
  const { desk, other, receipt, envelope } = await made(told);
  const key = (kind: keyof typeof envelope.compartments, identity: string, wrap: 0 | 1): Promise<string> => {
    const { recipient, wraps } = envelope.compartments[kind];
    return unwrap(fromBase64(wraps[wrap].sealed), identity, recipient);
  };
  const { narrative, contact } = documents(told, "warning");
  for (const [identity, wrap] of [[desk.identity, 0], [receipt.identity, 1]] as const) {
    for (const [kind, expected] of [["narrative", narrative], ["contact", [contact]], ["thread", []]] as const) {
      const opener = await key(kind, identity, wrap);
      assert.deepEqual(await Promise.all(envelope.compartments[kind].sealed.map((one) => openDocument(fromBase64(one), opener))), expected);
    }
  }
  assert.ok(narrative.length > 1);
  assert.deepEqual(envelope.compartments.identity.sealed, []);
  await key("identity", other.identity, 0);
  await assert.rejects(key("identity", desk.identity, 0), CannotOpen);
  assert.deepEqual(JSON.parse(written(envelope, null)), { ...envelope, proof_of_work: null });
});

test("she signs everything that she seals, and the desk that it is for", async () => {
  const { desk, receipt, envelope } = await made({ words: ["Chuyện"] });
  const words = await herWords(await signingPublic(receipt.signingSeed), [envelope.words]);
  assert.deepEqual(words.deskKeys(words.recipient("thread")), [desk.key.signing]);
  for (const { recipient, sealed } of Object.values(envelope.compartments)) {
    words.checkWhole(recipient, sealed.map(fromBase64));
    for (const one of sealed) words.check(recipient, fromBase64(one));
  }
  const [{ codes, key, kind, n, desk: code }] = words.documents as [WordsDocument];
  const { priority, kind_group, retention_class } = envelope;
  assert.deepEqual({ codes, key, kind, n, code }, { codes: { priority, kind_group, retention_class }, key: KEY, kind: "report", n: 1, code: "d" });
});

test("each consent that she gives is signed by itself, and none that she does not", async () => {
  const { receipt, envelope } = await made({ keep: ["yes"], consents: ["count_statistics"] });
  const key = await signingPublic(receipt.signingSeed);
  const grants = await Promise.all(envelope.grants.map((one) => readStatement<GrantDocument>(key, "grant", one)));
  const expected = ["store_sealed", "count_statistics"].map((scope, i) => ({
    v: 2, scope, receiver: null, items: [], given: true, day: "2026-06-30", until: null, method: "web_choice", signer: "receipt", n: i + 1, text: "t",
  }));
  assert.deepEqual(grants, expected);
  assert.deepEqual((await made({})).envelope.grants, []);
});

interface Follows {
  why: string;
  answers: Told;
  official: boolean;
  child: boolean;
  grants: [string, string | null, string[], boolean][];
}

test("the same words about consent follow from her answers as on the plain form", () => {
  const officials = ["police", "other_official", "militia_guard", "off_bribe"];
  for (const { why, answers, official, child, grants } of read<Follows[]>("grants_from.json")) {
    assert.deepEqual([aboutOfficial(answers, officials), aboutChild(answers)], [official, child], why);
    const found = grantsFrom(answers, officials).map(({ scope, receiver, items, given }) => [scope, receiver, [...items].sort(), given]);
    assert.deepEqual(found, grants, why);
  }
});
