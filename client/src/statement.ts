/** A signed statement: JSON in one spelling and an Ed25519 signature. Format: docs/formats/statement.md. */

import { base64url, concat, fromBase64url, utf8, type Bytes } from "./bytes";
import type { Signed } from "./generated";
import { sign, verifySignature } from "./sign";

export type Kind = "words" | "grant" | "reply" | "desk-key" | "member" | "routing" | "receipt-change" | "opening";

/** Not signed by this key, or as another kind, or not in its one spelling. */
export class NotSigned extends Error {}

const VERSION: Partial<Record<Kind, number>> = { grant: 2 };

const signed = (kind: Kind, document: string): Bytes => concat(utf8(`tincay/${kind}/v${VERSION[kind] ?? 1}\0`), utf8(document));

// What one language writes or reads otherwise than the other has two spellings: it stands in no statement.
// JavaScript puts whole numbers first and sorts by UTF-16.
const NAME = /^(?!\d+$)[\0-\x7f]*$/;
const LONE_SURROGATE = /\p{Cs}/u;

const sorted = (_: string, part: unknown): unknown => {
  const members = part && typeof part === "object" && !Array.isArray(part) ? Object.entries(part) : undefined;
  if (
    (typeof part === "number" && !Number.isSafeInteger(part)) ||
    (typeof part === "string" && LONE_SURROGATE.test(part)) ||
    members?.some(([name]) => !NAME.test(name))
  ) {
    throw new NotSigned();
  }
  return members ? Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1))) : part;
};

/** Members sorted at every level, in one line. Throws NotSigned for what has two spellings. */
export const spelled = (document: object): string => JSON.stringify(document, sorted);

export async function makeStatement(seed: Bytes, kind: Kind, document: object): Promise<Signed> {
  const written = spelled(document);
  return { document: written, signature: base64url(await sign(seed, signed(kind, written))) };
}

/** The document, once `key` is known to have signed it as this kind. Throws NotSigned. */
export async function readStatement<T>(key: Bytes, kind: Kind, { document, signature }: Signed): Promise<T> {
  try {
    const raw = fromBase64url(signature);
    if (base64url(raw) === signature && (await verifySignature(key, signed(kind, document), raw))) {
      const read = JSON.parse(document) as T & object;
      if (Object.getPrototypeOf(read) === Object.prototype && spelled(read) === document) return read;
    }
  } catch {
    // No base64, or no JSON: nobody of ours wrote it.
  }
  throw new NotSigned();
}
