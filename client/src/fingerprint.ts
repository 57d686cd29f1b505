/** A public key as ten words that two people read to each other. Format: docs/formats/fingerprint.md. */

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, hex, utf8 } from "./bytes";
import { fold } from "./letters";

const WORD_COUNT = 10;

/** `key`: the ASCII of an age recipient. `words` are the thousand of the page. */
export function fingerprint(key: Uint8Array, words: readonly string[]): string[] {
  let number = BigInt(`0x${hex(sha256(concat(utf8("tincay/fingerprint/v1\0"), key)))}`);
  const chosen: string[] = [];
  for (; chosen.length < WORD_COUNT; number /= 1000n) chosen.unshift(words[Number(number % 1000n)]!);
  return chosen;
}

/** Did somebody type the ten words of this key, with or without marks, numbers and commas? */
export function sameFingerprint(typed: string, key: Uint8Array, words: readonly string[]): boolean {
  return (fold(typed).match(/[a-z]+/g) ?? []).join(" ") === fingerprint(key, words).map(fold).join(" ");
}
