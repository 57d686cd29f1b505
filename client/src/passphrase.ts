/** A staff passphrase becomes a key (scrypt, RFC 7914). Runs in a worker: it takes half a second or more. */

import { scrypt } from "@noble/hashes/scrypt.js";
import { utf8, type Bytes } from "./bytes";
import { SCRYPT_CEILING_N, SCRYPT_FLOOR_N, type PersonKey } from "./generated";
import { fold } from "./letters";
import type { Identity } from "./seal";
import { asIdentity, labelled } from "./stretch";

export type Scrypt = Pick<PersonKey, "n" | "r" | "p">;

export const FLOOR: Scrypt = { n: SCRYPT_FLOOR_N, r: 8, p: 1 };

export class WeakStretch extends Error {}

/** The page's parameters are not trusted: below the floor a served page could make the passphrase guessable. */
export function stretchPassphrase(passphrase: string, salt: Bytes, { n, r, p }: Scrypt = FLOOR): Identity {
  const powerOfTwo = Number.isInteger(Math.log2(n));
  if (!powerOfTwo || n < FLOOR.n || n > SCRYPT_CEILING_N || r < 8 || r > 16 || p < 1 || p > 4 || salt.length < 16) {
    throw new WeakStretch();
  }
  const root = scrypt(utf8(fold(passphrase)), salt, { N: n, r, p, dkLen: 32, maxmem: 2 ** 31 });
  return asIdentity(labelled(root, "tincay/person/identity"));
}
