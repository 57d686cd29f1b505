import assert from "node:assert/strict";
import { test } from "node:test";
import { documents, makeEnvelope, written, type Configuration } from "../src/envelope";
import { MAX_ENVELOPE_BYTES, MAX_STORY_BYTES } from "../src/generated";
import { roomFor } from "../src/story";
import { fromRoot } from "../src/stretch";
import { newDesk, routed, routing } from "./signed";

test("of a story in reach of the limit it is said how much fits, of a longer one how much is too much", () => {
  assert.equal(roomFor("ngắn"), undefined);
  assert.equal(roomFor("a".repeat(MAX_STORY_BYTES - 60_001)), undefined);
  assert.equal(roomFor("a".repeat(MAX_STORY_BYTES - 300)), 100);
  assert.equal(roomFor("a".repeat(MAX_STORY_BYTES)), 0);
  assert.equal(roomFor("a".repeat(MAX_STORY_BYTES + 7)), -7);
  assert.equal(roomFor("a".repeat(MAX_STORY_BYTES - 1) + "ễễ".normalize("NFD")), -2);
  const over = -roomFor("ờ\n".repeat(300_000))!;
  assert.ok(roomFor("ờ\n".repeat(300_000).slice(0, -over))! >= 0);
});

test("the longest story fits into one envelope, with everything else that can be told", async () => {
  for (const letter of ["a", "ờ", "\n", "😀"]) {
    const room = (story: string): number => new TextEncoder().encode(JSON.stringify(story)).length - 2;
    const words = letter.repeat(Math.floor(MAX_STORY_BYTES / room(letter)));
    const told = { words: [words], need: Array.from({ length: 40 }, (_, i) => `a_long_code_of_an_answer_${i}`), name: ["Lá ".repeat(500)] };
    assert.ok(documents(told, "warning").narrative.length <= 8);
    const place = { desks: await Promise.all([newDesk("d"), newDesk("case")]), default: "d", case: "case" };
    const configuration: Configuration = {
      salt: "", routed: await routed(place), day: "2026-06-30", text_version: "t", limits: { envelope: 1 }, proof_of_work: null, officials: [],
    };
    const envelope = await makeEnvelope(told, "warning", fromRoot(new Uint8Array(32)), "k".repeat(22), configuration, await routing(place));
    assert.ok(written(envelope, null).length < MAX_ENVELOPE_BYTES, letter);
  }
});
