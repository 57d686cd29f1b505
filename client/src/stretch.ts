/** A receipt code becomes keys. Format: docs/formats/receipt.md; tincay/core/sealing.py is the server's half. */

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { utf8, type Bytes } from "./bytes";
import type { Identity } from "./seal";

export interface Stretched {
  locator: Bytes;
  identity: Identity;
  signingSeed: Bytes;
}

const ROUNDS = 600_000;

export const labelled = (root: Uint8Array, label: string): Bytes =>
  hkdf(sha256, root, undefined, utf8(label), 32) as Bytes;

export const asIdentity = (raw: Uint8Array): Identity =>
  bech32.encodeFromBytes("AGE-SECRET-KEY-", raw).toUpperCase();

/** The seed with which a desk signs what it writes. */
export const deskSigningSeed = (identity: Identity): Bytes => labelled(rawOf(identity), "tincay/desk/sign");

/** Her key for one bundle: no two organisations' rows hold the same public key of hers. `bundle` is 32 hex digits. */
export const bundleIdentity = (identity: Identity, bundle: string): Identity =>
  asIdentity(labelled(rawOf(identity), `tincay/receipt/bundle\0${bundle}`));

const rawOf = (identity: Identity): Bytes => bech32.decodeToBytes(identity).bytes as Bytes;

export function fromRoot(root: Uint8Array): Stretched {
  return {
    locator: labelled(root, "tincay/receipt/locator"),
    identity: asIdentity(labelled(root, "tincay/receipt/identity")),
    signingSeed: labelled(root, "tincay/receipt/sign"),
  };
}

/** `code` is 24 ASCII digits; `salt` is the install's, at least 16 bytes. */
export async function stretchReceipt(code: string, salt: Bytes): Promise<Stretched> {
  if (!/^[0-9]{24}$/.test(code) || salt.length < 16) throw new Error("not a receipt");
  const key = await crypto.subtle.importKey("raw", utf8(code), "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return fromRoot(new Uint8Array(await crypto.subtle.deriveBits(parameters, key, 256)));
}
