/** The code that the reporter keeps. Format: docs/formats/receipt.md; tincay/core/receipts.py is the server's half. */

import { random } from "./bytes";

const LENGTH = 24;
const WORD_COUNT = 8;
const TELLING_DIGITS = 12;
const TELLING_WORDS = 4;

// Damm's quasigroup of order 10 (H. M. Damm, Marburg 2004), row by row.
const DAMM =
  "0317598642709215486342068713591750983426612304597836742095815869720134894536201794386172052581436790";

export type Reason = "length" | "word" | "check";

/** Carries why, never what was typed. */
export class BadReceipt extends Error {
  constructor(readonly reason: Reason) {
    super(reason);
  }
}

const damm = (digits: string): number =>
  [...digits].reduce((state, digit) => Number(DAMM[state * 10 + Number(digit)]), 0);

export const check = (code: string): boolean => /^[0-9]{24}$/.test(code) && damm(code) === 0;

/** A new code: 23 random digits (76 bits) and one to check. */
export function make(source: (length: number) => Uint8Array = random): string {
  let digits = "";
  while (digits.length < LENGTH - 1) {
    // 250 and above would make the small digits likelier.
    digits += Array.from(source(24)).filter((byte) => byte < 250).map((byte) => byte % 10).join("");
  }
  digits = digits.slice(0, LENGTH - 1);
  return digits + damm(digits);
}

const triples = (code: string): string[] => code.match(/.{3}/g) ?? [];

export const groups = (code: string): string[] => code.match(/.{4}/g) ?? [];

const SAME_START: [string, string][] = [
  ["ngh", "ng"],
  ["gh", "g"],
  ["ng", "ng"],
  ["nh", "nh"],
  ["th", "th"],
  ["kh", "kh"],
  ["ph", "ph"],
  ["ch", "ch"],
  ["tr", "ch"],
  ["qu", "kw"],
  ["gi", "d"],
  ["n", "l"],
  ["s", "x"],
  ["r", "d"],
  ["v", "d"],
  ["c", "k"],
];

/** What stays of a syllable without marks and across the sounds that regions of Viet Nam merge. */
export function sound(word: string): string {
  const small = word.normalize("NFKC").toLowerCase().replace(/đ/g, "d");
  let letters = small.normalize("NFD").replace(/[^a-z]/g, "");
  if (/^gi(?![aeouy])|^gie(?:ng|t|c)$/.test(letters)) letters = "gii" + letters.slice(2);
  const [start, same] = SAME_START.find(([first]) => letters.startsWith(first)) ?? ["", ""];
  letters = same + letters.slice(start.length);
  // No lookbehind: Safari before 16.4 cannot parse it.
  return letters.replace(/([^aeiouw])y$/, "$1i").replace(/^y/, "i").replace(/^kwy/, "kwi").replace(/^kwo/, "kuo");
}

export const toWords = (code: string, words: readonly string[]): string[] =>
  triples(code).map((place) => words[Number(place)]!);

function checked(code: string): string {
  if (!check(code)) throw new BadReceipt("check");
  return code;
}

export function fromWords(typed: readonly string[], words: readonly string[]): string {
  if (typed.length !== WORD_COUNT) throw new BadReceipt("length");
  const places = new Map(words.map((word, place) => [sound(word), String(place).padStart(3, "0")]));
  const digits = typed.map((word) => places.get(sound(word)));
  if (digits.includes(undefined)) throw new BadReceipt("word");
  return checked(digits.join(""));
}

const tokens = (typed: string): string[] => typed.normalize("NFC").match(/\p{L}[\p{L}\p{M}]*/gu) ?? [];

/** Decimal digits of other scripts stand in runs of ten that begin at a multiple of their zero. */
function asciiDigits(typed: string): string {
  return typed.normalize("NFKC").replace(/\p{Nd}/gu, (digit) => {
    let zero = digit.codePointAt(0)!;
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) {
      zero--;
      value++;
    }
    return String(value);
  });
}

/** The code that somebody meant: digits with anything between them, or eight words. Throws BadReceipt. */
export function normalise(typed: string, words: readonly string[]): string {
  if (typed.length > 400) throw new BadReceipt("length");
  const found = tokens(typed);
  if (found.length) return fromWords(found, words);
  const digits = asciiDigits(typed).replace(/[^0-9]/g, "");
  if (digits.length !== LENGTH) throw new BadReceipt("length");
  return checked(digits);
}

/** Does a text give the code away: three groups of its digits in a row, or four of its words? */
export function mentions(said: string, code: string, words: readonly string[]): boolean {
  const close = asciiDigits(said).replace(/[^\p{L}\p{N}]/gu, "");
  for (let i = 0; i + TELLING_DIGITS <= LENGTH; i++) {
    if (close.includes(code.slice(i, i + TELLING_DIGITS))) return true;
  }
  const line = ` ${tokens(said).map(sound).join(" ")} `;
  const keys = toWords(code, words).map(sound);
  for (let i = 0; i + TELLING_WORDS <= WORD_COUNT; i++) {
    if (line.includes(` ${keys.slice(i, i + TELLING_WORDS).join(" ")} `)) return true;
  }
  return false;
}
