/** Consent, signed with the receipt. Format: docs/formats/grant.md; core/consent.py writes the same. */

import type { Bytes } from "./bytes";
import type { GrantDocument, Signed } from "./generated";
import { makeStatement } from "./statement";

export type Grant = Omit<GrantDocument, "v" | "method" | "signer">;
export type SignedGrant = Signed;

/** What she chose herself on the page. */
export const signGrant = (grant: Grant, seed: Bytes): Promise<SignedGrant> =>
  makeStatement(seed, "grant", { ...grant, items: [...new Set(grant.items)].sort(), method: "web_choice", signer: "receipt", v: 2 });
