/** Work that a page asks for when much comes in (docs/formats/seal.md, rule 10), without making the phone stutter. */

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8 } from "./bytes";
import type { ProofOfWorkIn } from "./generated";

export interface Work {
  nonce: string;
  bits: number;
}

export type WorkDone = ProofOfWorkIn;

const SLICE_MS = 12;
const MOST_BITS = 24;

function zeroBits(digest: Uint8Array): number {
  let bits = 0;
  for (const byte of digest) {
    if (byte) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

/** Gives up (rejects) on a demand that no phone could meet, and when `signal` is aborted. */
export function work({ nonce, bits }: Work, signal?: AbortSignal): Promise<WorkDone> {
  return new Promise((resolve, reject) => {
    if (bits > MOST_BITS) return reject(new Error("too much work"));
    let counter = 0;
    const slice = (): void => {
      if (signal?.aborted) return reject(new Error("no longer wanted"));
      const until = performance.now() + SLICE_MS;
      do {
        if (zeroBits(sha256(utf8(`${nonce}:${counter}`))) >= bits) return resolve({ nonce, counter });
        counter++;
      } while (performance.now() < until);
      setTimeout(slice, 0);
    };
    slice();
  });
}
