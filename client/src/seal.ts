/**
 * Closes words so that only the holder of a key can read them, and opens them again.
 * Format: docs/formats/seal.md. The server's half is tincay/core/sealing.py.
 */

import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { concat, text, utf8, type Bytes } from "./bytes";

export type Identity = string;
export type Recipient = string;
export interface KeyPair {
  identity: Identity;
  recipient: Recipient;
}

export class CannotOpen extends Error {}
export class TooLong extends Error {}

export async function newKey(): Promise<KeyPair> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

export const recipientOf = (identity: Identity): Promise<Recipient> => identityToRecipient(identity);

const RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;

export async function seal(plain: Uint8Array, to: Recipient): Promise<Bytes> {
  // Other kinds of recipient have other stanzas, which nothing in this product reads.
  if (!RECIPIENT.test(to)) throw new CannotOpen("recipient");
  const encrypter = new Encrypter();
  encrypter.addRecipient(to);
  return (await encrypter.encrypt(plain)) as Bytes;
}

const B64_32 = "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]";
const HEADER = new RegExp(`^age-encryption\\.org/v1\\n-> X25519 ${B64_32}\\n${B64_32}\\n--- ${B64_32}\\n$`);
const HEADER_SIZE = 168;

/** One age file with exactly one X25519 stanza? Looks at bytes only. */
export function isEnvelope(blob: Uint8Array): boolean {
  return blob.length >= HEADER_SIZE + 32 && HEADER.test(String.fromCharCode(...blob.subarray(0, HEADER_SIZE)));
}

/** Throws CannotOpen: another key, a changed byte, or not a sealed thing at all. */
export async function open(sealed: Uint8Array, identity: Identity): Promise<Bytes> {
  if (!isEnvelope(sealed)) throw new CannotOpen("envelope");
  const decrypter = new Decrypter();
  try {
    decrypter.addIdentity(identity);
    return (await decrypter.decrypt(sealed)) as Bytes;
  } catch {
    throw new CannotOpen("key");
  }
}

const STEP = 4096;
const PLAIN_STEPS = 16 * STEP;
const LONGEST = 16 * 1024 * 1024;

/** Size to which a document of `length` bytes is padded. */
export function paddedSize(length: number): number {
  if (length > LONGEST) throw new TooLong();
  const needed = length + 4;
  if (needed <= PLAIN_STEPS) return Math.ceil(needed / STEP) * STEP;
  let size = PLAIN_STEPS;
  while (size < needed) size = Math.ceil((size * 5) / (4 * STEP)) * STEP;
  return size;
}

export function pad(plain: Uint8Array): Bytes {
  const padded = new Uint8Array(paddedSize(plain.length));
  new DataView(padded.buffer).setUint32(0, plain.length);
  padded.set(plain, 4);
  return padded;
}

/** Throws CannotOpen when the padding is not exactly as pad() writes it. */
export function unpad(padded: Uint8Array): Bytes {
  const length = padded.length < STEP ? LONGEST : new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  if (length >= LONGEST || paddedSize(length) !== padded.length || padded.subarray(4 + length).some(Boolean)) {
    throw new CannotOpen("padding");
  }
  return concat(padded.subarray(4, 4 + length));
}

/** A JSON document, padded and sealed. */
export const sealDocument = (document: unknown, to: Recipient): Promise<Bytes> =>
  seal(pad(utf8(JSON.stringify(document))), to);

export async function openDocument(sealed: Uint8Array, identity: Identity): Promise<Record<string, unknown>> {
  const document: unknown = JSON.parse(text(unpad(await open(sealed, identity))));
  if (typeof document !== "object" || document === null) throw new CannotOpen("document");
  return document as Record<string, unknown>;
}

export const wrap = (identity: Identity, to: Recipient): Promise<Bytes> => seal(utf8(identity), to);

/** The identity in a wrap; with `of`, also checks whose it is, so that a swapped wrap is noticed. */
export async function unwrap(sealed: Uint8Array, identity: Identity, of?: Recipient): Promise<Identity> {
  const found = text(await open(sealed, identity));
  const recipient = await identityToRecipient(found).catch(() => "");
  if (!recipient || (of && of !== recipient)) throw new CannotOpen("another key");
  return found;
}

/** Follows wraps from a key that is open to the key that closes the words. */
export async function follow(chain: Wrapped[], identity: Identity): Promise<Identity> {
  let found = identity;
  for (const link of chain) found = await unwrap(link.sealed, found, link.of);
  return found;
}

export interface Wrapped {
  sealed: Bytes;
  of?: Recipient;
}
