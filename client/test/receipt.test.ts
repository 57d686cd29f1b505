import assert from "node:assert/strict";
import { test } from "node:test";
import { BadReceipt, check, fromWords, groups, make, mentions, normalise, sound, toWords, type Reason } from "../src/receipt";
import { read, words } from "./vectors";

interface Vectors {
  codes: { code: string; words: string[]; grouped: string }[];
  typed: { typed: string; code: string }[];
  refused: { typed: string; reason: Reason }[];
  sounds: [string, string][];
  mentions: { text: string; code: string; found: boolean }[];
}
const vectors = read<Vectors>("receipts.json");

test("a code reads as the same digits and words as on the server", () => {
  for (const one of vectors.codes) {
    assert.ok(check(one.code));
    assert.equal(groups(one.code).join(" "), one.grouped);
    assert.deepEqual(toWords(one.code, words), one.words);
    assert.equal(fromWords(one.words, words), one.code);
  }
});

test("what people type for a code is understood", () => {
  for (const { typed, code } of vectors.typed) assert.equal(normalise(typed, words), code);
});

test("what is no code is refused with the reason and without what was typed", () => {
  for (const { typed, reason } of vectors.refused) {
    assert.throws(() => normalise(typed, words), (error) => error instanceof BadReceipt && error.reason === reason && error.message === reason);
  }
});

test("a syllable sounds the same in every region", () => {
  for (const [word, same] of vectors.sounds) assert.equal(sound(word), same, word);
  assert.equal(new Set(words.map(sound)).size, 1000);
});

test("a text that gives the code away is noticed", () => {
  for (const { text, code, found } of vectors.mentions) assert.equal(mentions(text, code, words), found, text);
});

test("new codes are whole and differ", () => {
  const codes = Array.from({ length: 500 }, () => make());
  assert.ok(codes.every(check));
  assert.equal(new Set(codes).size, codes.length);
});

test("bytes that would lean towards small digits are not used", () => {
  const answers = [new Uint8Array(24).fill(255), new Uint8Array(24).fill(7)];
  assert.ok(make(() => answers.shift()!).startsWith("7".repeat(23)));
});
