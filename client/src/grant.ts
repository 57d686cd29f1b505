/** Consent, signed with the receipt. Format: docs/formats/seal.md, "A signed grant"; core/consent.py writes the same. */

import { base64url, fromBase64url, utf8, concat, type Bytes } from "./bytes";
import type { GrantDocument, GrantIn } from "./generated";
import { sign, verifySignature } from "./sign";

export type Grant = Omit<GrantDocument, "v">;
export type SignedGrant = GrantIn;

const LABEL = utf8("tincay/grant/v1\0");

/** JSON in one line, members in alphabetical order. */
export function grantDocument(grant: Grant): string {
  const { day, expires, given, n, receiver, scope, text } = grant;
  return JSON.stringify({ day, expires, given, items: [...new Set(grant.items)].sort(), n, receiver, scope, text, v: 1 });
}

export async function signGrant(grant: Grant, seed: Bytes): Promise<SignedGrant> {
  const document = grantDocument(grant);
  return { document, signature: base64url(await sign(seed, concat(LABEL, utf8(document)))) };
}

export const grantIsSigned = (grant: SignedGrant, key: Bytes): Promise<boolean> =>
  verifySignature(key, concat(LABEL, utf8(grant.document)), fromBase64url(grant.signature));
