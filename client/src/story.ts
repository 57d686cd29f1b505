/** Her words: how many letters there is room for, as people see them, and the sealed parts that a long story falls into. */

import { utf8 } from "./bytes";
import { MAX_PART_BYTES, MAX_STORY_BYTES } from "./generated";

/** Told of the room that is left from here on. */
const NEAR_BYTES = 60_000;

const written = (part: string): number => utf8(JSON.stringify(part)).length - 2;

/** What people type in one spelling for each letter, whatever their keyboard makes of it. */
export const composed = (typed: string): string => typed.normalize("NFC");

/** Her words in pieces that fit into one sealed part each; put together they are the words again. */
export function pieces(words: string): string[] {
  if (written(words) <= MAX_PART_BYTES) return [words];
  const found: string[] = [];
  let [piece, size] = ["", 0];
  for (const letter of words) {
    const bytes = written(letter);
    if (size + bytes > MAX_PART_BYTES) {
      found.push(piece);
      [piece, size] = ["", 0];
    }
    piece += letter;
    size += bytes;
  }
  return [...found, piece];
}

/** Letters for which there is room yet; fewer than none: so many at the end are too many. Nothing while there is plenty. */
export function roomFor(typed: string): number | undefined {
  // No letter takes more than six bytes: most stories are not even measured.
  if (typed.length * 6 < MAX_STORY_BYTES - NEAR_BYTES) return undefined;
  const letters = [...composed(typed)];
  let room = MAX_STORY_BYTES - written(letters.join(""));
  if (room > NEAR_BYTES) return undefined;
  // A letter of ours takes three bytes at most.
  if (room >= 0) return Math.floor(room / 3);
  let over = 0;
  for (; room < 0; over++) room += written(letters[letters.length - 1 - over]!);
  return -over;
}
