/** Proof that this phone holds the receipt. Format: docs/formats/visit.md. */

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equal, utf8, type Bytes } from "./bytes";
import { CannotOpen, open, type Identity } from "./seal";

/** What to answer. Throws CannotOpen for another code, and for a challenge that was made for another visit. */
export async function answerChallenge(sealed: Bytes, identity: Identity, locator: Bytes, ticket: string): Promise<Bytes> {
  const opened = await open(sealed, identity);
  const binding = sha256(concat(utf8("tincay/visit/v1\0"), locator, utf8(ticket)));
  if (opened.length !== 64 || !equal(opened.subarray(32), binding)) throw new CannotOpen("another visit");
  return concat(opened.subarray(0, 32));
}
