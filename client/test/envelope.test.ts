import assert from "node:assert/strict";
import { test } from "node:test";
import { documents, makeEnvelope, openCodes, written, type Configuration, type Told } from "../src/envelope";
import { ABOUT_HER, FIELDS_ABOUT_HER } from "../src/generated";
import { newKey, openDocument, unwrap } from "../src/seal";
import { fromRoot } from "../src/stretch";
import { fromBase64 } from "../src/bytes";
import { read } from "./vectors";

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

test("what is about her goes into the identity compartment and nowhere else", () => {
  const about = [...ABOUT_HER, ...FIELDS_ABOUT_HER];
  const told = { harms: ["threat"], words: ["Chuyện"], identifier: ["0900"], consents: ["store_sealed"], ...Object.fromEntries(about.map((name) => [name, [`her ${name}`]])) };
  const { narrative, identity } = documents(told, "warning");
  assert.deepEqual(narrative, { v: 1, answers: { kind: ["warning"], harms: ["threat"] }, words: "Chuyện\n\n0900" });
  assert.deepEqual(identity, {
    v: 1,
    answers: Object.fromEntries(ABOUT_HER.map((name) => [name, [`her ${name}`]])),
    fields: Object.fromEntries(FIELDS_ABOUT_HER.map((name) => [name, `her ${name}`])),
  });
});

test("an envelope opens with the desk's key, and its identity with the case desk's only", async () => {
  const [desk, other] = await Promise.all([newKey(), newKey()]);
  const to = { desk: "d", recipient: desk.recipient, identity_recipient: other.recipient };
  const configuration: Configuration = {
    salt: "", provinces: {}, default: to, day: "2026-06-30", text_version: "t", limits: { envelope: 1, words: 1 }, proof_of_work: null,
  };
  const told = { harms: ["threat"], name: ["Lan"], consents: ["store_sealed"] };
  const envelope = await makeEnvelope(told, "warning", fromRoot(new Uint8Array(32)), "k".repeat(22), configuration);
  const opened = async (kind: "narrative" | "identity", key: typeof desk): Promise<object> => {
    const { recipient, sealed, wraps } = envelope.compartments[kind];
    return openDocument(fromBase64(sealed!), await unwrap(fromBase64(wraps[0].sealed), key.identity, recipient));
  };
  const { narrative, identity } = documents(told, "warning");
  assert.deepEqual(await opened("narrative", desk), narrative);
  assert.deepEqual(await opened("identity", other), identity);
  await assert.rejects(opened("identity", desk));
  assert.deepEqual(envelope.grants.map(({ document }) => (JSON.parse(document) as { scope: string }).scope), ["store_sealed"]);
  assert.deepEqual(JSON.parse(written(envelope, null)), { ...envelope, proof_of_work: null });
});
