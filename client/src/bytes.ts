/** Bytes and the ways in which this product writes them down. */

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes;

/** Throws on bytes that are not UTF-8. */
export const text = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

export function concat(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Compares without stopping at the first difference. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}

/** Standard base64 with padding. */
export function base64(bytes: Uint8Array): string {
  let letters = "";
  // In slices: one call with a long argument list overflows the stack of old phones.
  for (let i = 0; i < bytes.length; i += 8192) letters += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(letters);
}

export function fromBase64(written: string): Bytes {
  return Uint8Array.from(atob(written), (letter) => letter.charCodeAt(0));
}

/** base64url without padding. */
export const base64url = (bytes: Uint8Array): string =>
  base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

export const fromBase64url = (written: string): Bytes =>
  fromBase64(written.replace(/-/g, "+").replace(/_/g, "/"));

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const fromHex = (written: string): Bytes =>
  Uint8Array.from(written.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** A salt as a page may write it: hex, base64 or base64url. */
export const saltOf = (written: string): Bytes => (/^([0-9a-f]{2})+$/.test(written) ? fromHex(written) : fromBase64url(written));
