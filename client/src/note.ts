/** A text with signatures under it (C2SP signed-note; tincay/core/ledger/note.py). */

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64, concat, equal, hex, utf8, type Bytes } from "./bytes";
import { decodeBase64, demand, Invalid } from "./spelling";

const DASH = "— ";
const MAX_NOTE = 512 * 1024;
const MAX_SIGNATURES = 100;
const MAX_TIME = 253_402_128_000;

export const ED25519 = 1;
export const COSIGNATURE = 4;

export interface Signature {
  name: string;
  keyId: Bytes;
  blob: Bytes;
}

export interface Verifier {
  name: string;
  type: number;
  key: Bytes;
  keyId: Bytes;
}

export interface Note {
  text: string;
  signatures: Signature[];
}

const controls = (text: string, allowed = ""): boolean => [...text].some((letter) => letter < " " && !allowed.includes(letter));

export function checkText(text: string): void {
  demand(text.endsWith("\n") && !controls(text, "\n"), "not the text of a note");
}

function checkName(name: string): void {
  demand(name && !/[\s\u0085+]/.test(name) && !controls(name), "not the name of a key");
}

export function parseVkey(written: string): Verifier {
  const [first, second] = [written.indexOf("+"), written.indexOf("+", written.indexOf("+") + 1)];
  demand(first > 0 && second > first, "not a verifier key");
  const name = written.slice(0, first);
  checkName(name);
  const material = decodeBase64(written.slice(second + 1));
  demand(material.length === 33 && [ED25519, COSIGNATURE].includes(material[0]!), "not a verifier key");
  const keyId = sha256(concat(utf8(`${name}\n`), material)).slice(0, 4) as Bytes;
  demand(hex(keyId) === written.slice(first + 1, second), "the key does not fit its short name");
  return { name, type: material[0]!, key: material.slice(1), keyId };
}

export const vkey = ({ name, type, key, keyId }: Verifier): string =>
  `${name}+${hex(keyId)}+${base64(concat(Uint8Array.of(type), key))}`;

export const made = (verifier: Verifier, { name, keyId }: Signature): boolean =>
  verifier.name === name && equal(verifier.keyId, keyId);

function verify({ type, key }: Verifier, text: string, blob: Bytes): number {
  let [message, signature, time] = [text, blob, 0];
  if (type === COSIGNATURE) {
    demand(blob.length > 8, "a signature is too short");
    const stated = new DataView(blob.buffer, blob.byteOffset).getBigUint64(0);
    demand(stated <= BigInt(MAX_TIME), "a signature has no time");
    [time, signature] = [Number(stated), blob.slice(8)];
    message = `cosignature/v1\ntime ${time}\n${text}`;
  }
  demand(signature.length === 64, "a signature has the wrong length");
  let fits = false;
  try {
    fits = ed25519.verify(signature, utf8(message), key, { zip215: false });
  } catch {
    fits = false;
  }
  demand(fits, "a signature does not fit the text");
  return time;
}

/** Who of these signed, and when. Lines of unknown keys are ignored; a known key's wrong line is an error. */
export function signedBy(note: Note, verifiers: Verifier[]): Map<Verifier, number> {
  const found = new Map<Verifier, number>();
  for (const signature of note.signatures) {
    for (const verifier of verifiers.filter((one) => made(one, signature))) {
      found.set(verifier, Math.max(verify(verifier, note.text, signature.blob), found.get(verifier) ?? 0));
    }
  }
  return found;
}

export const hasUnknown = (note: Note, verifiers: Verifier[]): boolean =>
  note.signatures.some((signature) => !verifiers.some((verifier) => made(verifier, signature)));

function parseLine(line: string): Signature {
  demand(line.startsWith(DASH), "not a signature line");
  const [name, encoded, ...more] = line.slice(DASH.length).split(" ");
  demand(encoded !== undefined && !more.length, "not a signature line");
  checkName(name!);
  const raw = decodeBase64(encoded);
  demand(raw.length >= 5, "not a signature line");
  return { name: name!, keyId: raw.slice(0, 4), blob: raw.slice(4) };
}

export function parseNote(written: string): Note {
  demand(written.length <= MAX_NOTE, "the note is too long");
  const end = written.lastIndexOf("\n\n");
  if (end < 0 || !written.endsWith("\n")) throw new Invalid("not a note");
  const text = written.slice(0, end + 1);
  checkText(text);
  const lines = written.slice(end + 2, -1).split("\n");
  demand(lines.length <= MAX_SIGNATURES, "too many signatures");
  return { text, signatures: lines.map(parseLine) };
}

export const writeNote = ({ text, signatures }: Note): string =>
  `${text}\n${signatures.map(({ name, keyId, blob }) => `${DASH}${name} ${base64(concat(keyId, blob))}\n`).join("")}`;
