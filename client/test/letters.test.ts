import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, sound } from "../src/letters";
import { read, words } from "./vectors";

const vectors = read<{ folded: [string, string][]; sounds: [string, string][] }>("letters.json");

test("marks, case and spaces are taken for one as on the server", () => {
  for (const [text, same] of vectors.folded) assert.equal(fold(text), same, text);
  assert.equal(new Set(words.map(fold)).size, 1000);
});

test("a syllable sounds the same in every region", () => {
  for (const [word, same] of vectors.sounds) assert.equal(sound(word), same, word);
});
