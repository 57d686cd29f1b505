/** Reads what both halves must agree on (tests/vectors). */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Things } from "../src/receipt";

declare global {
  interface ImportMeta {
    vectors: string;
  }
}

export const read = <T>(name: string): T => JSON.parse(readFileSync(join(import.meta.vectors, name), "utf8")) as T;

const pack = (name: string): string[] =>
  readFileSync(join(import.meta.vectors, "../../packs/vn", name), "utf8").trim().split("\n");

export const words: string[] = pack("words.txt");

/** The columns number, emoji, vi, en of the pack's table; none of its first four holds a comma. */
const columns = pack("receipt_things.csv").slice(1).map((row) => row.split(","));
export const things: Things = {
  pictures: columns.map(([, picture]) => picture!),
  names: { vi: columns.map(([, , vi]) => vi!), en: columns.map(([, , , en]) => en!) },
};

export interface SealingVectors {
  receipts: { code: string; salt: string; locator: string; identity: string; recipient: string; signing_seed: string; signing_public: string }[];
  passphrases: { passphrase: string; salt: string; n: number; r: number; p: number; identity: string }[];
  sealed: { by: string; identity: string; plain: string; sealed: string }[];
  documents: { by: string; identity: string; document: unknown; sealed: string }[];
  wraps: { by: string; holder: string; identity: string; recipient: string; sealed: string }[];
  padded_sizes: [number, number][];
  challenges: { receipt: number; ticket: string; secret: string; sealed: string }[];
  grants: { grant: import("../src/grant").Grant; receipt: number; document: string; signature: string }[];
  refused: { why: string; sealed: string }[];
  tampered: { why: string; sealed: string }[];
}
