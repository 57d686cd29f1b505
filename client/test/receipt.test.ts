import assert from "node:assert/strict";
import { test } from "node:test";
import { BadReceipt, check, groups, make, mentions, normalise, toThings, type Reason } from "../src/receipt";
import { read, things } from "./vectors";

interface Vectors {
  codes: { code: string; grouped: string; vi: string[]; en: string[]; pictures: string[] }[];
  typed: { why: string; typed: string; code: string }[];
  refused: { why: string; typed: string; reason: Reason; place: number }[];
  mentions: { why: string; text: string; code: string; found: boolean }[];
}
const vectors = read<Vectors>("receipts.json");

test("a code is the same digits and things as on the server", () => {
  for (const one of vectors.codes) {
    assert.ok(check(one.code));
    assert.equal(groups(one.code).join(" "), one.grouped);
    assert.deepEqual(toThings(one.code, things, "vi").map(({ name }) => name), one.vi);
    assert.deepEqual(toThings(one.code, things, "en-GB").map(({ name }) => name), one.en);
    assert.deepEqual(toThings(one.code, things, "vi").map(({ picture }) => picture), one.pictures);
  }
});

for (const { why, typed, code } of vectors.typed) {
  test(`a typed code is understood: ${why}`, () => assert.equal(normalise(typed, things), code));
}

for (const { why, typed, reason, place } of vectors.refused) {
  test(`what is no code is refused without what was typed: ${why}`, () => {
    assert.throws(() => normalise(typed, things), (error) =>
      error instanceof BadReceipt && error.reason === reason && error.place === place && error.message === reason);
  });
}

for (const { why, text, code, found } of vectors.mentions) {
  test(`a text that gives the code away is noticed: ${why}`, () => assert.equal(mentions(text, code, things), found));
}

test("new codes are whole and differ", () => {
  const codes = Array.from({ length: 500 }, () => make());
  assert.ok(codes.every(check));
  assert.equal(new Set(codes).size, codes.length);
});

test("bytes that would lean towards small digits are not used", () => {
  const answers = [new Uint8Array(24).fill(255), new Uint8Array(24).fill(7)];
  assert.ok(make(() => answers.shift()!).startsWith("7".repeat(22)));
});
