/** The spellings that all formats of the log share: one value has one spelling (tincay/core/ledger/encoding.py). */

import { base64, fromBase64, type Bytes } from "./bytes";

/** What was read is not what it claims to be. */
export class Invalid extends Error {}

const MAX_SIZE = 2n ** 63n - 1n;

export function demand(holds: unknown, otherwise: string): asserts holds {
  if (!holds) throw new Invalid(otherwise);
}

/** Standard base64 with padding, in its one spelling. */
export function decodeBase64(written: string): Bytes {
  let data: Bytes;
  try {
    data = fromBase64(written);
  } catch {
    throw new Invalid("not base64");
  }
  demand(base64(data) === written, "not canonical base64");
  return data;
}

export function decodeHash(written: string): Bytes {
  const data = decodeBase64(written);
  demand(data.length === 32, "not a hash");
  return data;
}

export function decodeNumber(written: string): bigint {
  demand(/^(0|[1-9][0-9]{0,18})$/.test(written) && BigInt(written) <= MAX_SIZE, "not a number");
  return BigInt(written);
}

export type Flat = Record<string, string | number>;

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference) return difference;
  }
  return left.length - right.length;
}

/** A flat JSON object in one spelling: keys sorted, no spaces. */
export function encodeJson(members: Flat): string {
  const pairs = Object.keys(members).sort(byCodePoint).map((key) => `${JSON.stringify(key)}:${JSON.stringify(members[key])}`);
  return `{${pairs.join(",")}}`;
}

export function decodeJson(written: string): Flat {
  let found: unknown;
  try {
    found = JSON.parse(written);
    // Halves of letters have no bytes: what holds one cannot have been signed.
    encodeURIComponent(JSON.stringify(found, (_, value: unknown) => (typeof value === "string" && encodeURIComponent(value), value)));
  } catch {
    throw new Invalid("not JSON");
  }
  demand(typeof found === "object" && found !== null && !Array.isArray(found), "not an object");
  const plain = (value: unknown): boolean => typeof value === "string" || Number.isSafeInteger(value);
  demand(Object.values(found).every(plain), "not a flat object");
  demand(encodeJson(found as Flat) === written, "not the canonical spelling");
  return found as Flat;
}
