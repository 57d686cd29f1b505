/** The code that the reporter keeps. Format: docs/formats/receipt.md; tincay/core/receipts.py is the server's half. */

import { random } from "./bytes";
import { fold, sound } from "./letters";

const LENGTH = 24;
const THING_COUNT = 12;
const LONGEST = 4_000;
const TELLING_DIGITS = 12;
const TELLING_THINGS = 6;

export type Reason = "length" | "word" | "check";

/** Carries why, and with `word` which of the twelve things was not understood; never what was typed. */
export class BadReceipt extends Error {
  constructor(readonly reason: Reason, readonly place = 0) {
    super(reason);
  }
}

/** The hundred things of the page: a picture of one character each, and nouns by language: in one or in several. */
export interface Things {
  pictures: readonly string[];
  names: Readonly<Record<string, readonly string[]>>;
}

const remainder = (digits: string): number => [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0);

/** ISO 7064, MOD 97-10. */
export const check = (code: string): boolean => /^[0-9]{24}$/.test(code) && remainder(code) === 1;

/** A new code: 22 random digits (73 bits) and two to check. */
export function make(source: (length: number) => Uint8Array = random): string {
  let digits = "";
  while (digits.length < LENGTH - 2) {
    // 250 and above would make the small digits likelier.
    digits += Array.from(source(24)).filter((byte) => byte < 250).map((byte) => byte % 10).join("");
  }
  digits = digits.slice(0, LENGTH - 2);
  return digits + String(98 - remainder(`${digits}00`)).padStart(2, "0");
}

export const groups = (code: string): string[] => code.match(/.{4}/g) ?? [];
const pairs = (code: string): string[] => code.match(/../g) ?? [];

/** The twelve things of a code: each picture with its noun in the language of the page. */
export function toThings(code: string, { pictures, names }: Things, language: string): { picture: string; name: string }[] {
  const nouns = names[language.split("-")[0]!] ?? Object.values(names)[0]!;
  return pairs(code).map(Number).map((number) => ({ picture: pictures[number]!, name: nouns[number]! }));
}

// --- what somebody typed, as a row of items

/** A number has its digits, a name and a picture the number of their thing. A word is none of them. */
interface Item {
  kind: "number" | "name" | "picture" | "word";
  value: string;
}

interface Readable {
  plain: Map<string, string>;
  sounds: Map<string, string>;
  pictures: Map<string, string>;
  longest: number;
  token: RegExp;
}

/** Words that Vietnamese puts before a noun, folded: readers add them and leave them out. */
const COUNTERS = new Set(["con", "cai", "cay", "qua", "trai", "chiec", "doi"]);

function readableOf({ pictures, names }: Things): Readable {
  const numbered = (list: readonly string[]): [string[], string][] =>
    list.map((name, i) => [fold(name).split(" "), String(i).padStart(2, "0")]);
  const named = Object.values(names).flatMap(numbered);
  const drawn = numbered(pictures).map(([picture, number]): [string, string] => [picture[0]!, number]);
  const bare = named.filter(([syllables]) => COUNTERS.has(syllables[0]!))
    .map(([syllables, number]): [string, string] => [syllables.slice(1).join(""), number]);
  const once = bare.filter(([name]) => bare.filter(([other]) => other === name).length === 1);
  return {
    plain: new Map([...once, ...named.map(([syllables, number]): [string, string] => [syllables.join(""), number])]),
    sounds: new Map(named.map(([syllables, number]) => [syllables.map(sound).join(""), number])),
    pictures: new Map(drawn),
    longest: Math.max(...named.map(([syllables]) => syllables.length)),
    // A drawing that is none of ours is one that was taken for it.
    token: new RegExp(`[0-9]+|(?:(?![0-9])[\\p{L}\\p{N}])+|[${drawn.map(([picture]) => picture).join("")}\\u{1f300}-\\u{1faff}]`, "gu"),
  };
}

/** Decimal digits of other scripts stand in runs of ten that begin at a multiple of their zero. */
function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    let zero = digit.codePointAt(0)!;
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) {
      zero--;
      value++;
    }
    return String(value);
  });
}

function itemsOf(text: string, readable: Readable): Item[] {
  const tokens = text.match(readable.token) ?? [];
  const items: Item[] = [];
  for (let at = 0; at < tokens.length; ) {
    const [taken, item] = nextItem(tokens.slice(at, at + readable.longest), readable);
    at += taken;
    if (item) items.push(item);
  }
  return items;
}

/** How many tokens make the next item, and which it is: the longest noun before a shorter one. */
function nextItem(tokens: string[], { plain, sounds, pictures }: Readable): [number, Item?] {
  const first = tokens[0]!;
  if (/^[0-9]/.test(first)) return [1, { kind: "number", value: first }];
  const picture = pictures.get(first);
  if (picture) return [1, { kind: "picture", value: picture }];
  const starts = tokens.map((_, i) => tokens.slice(0, tokens.length - i)).filter((start) => /^[a-z]+$/.test(start.join("")));
  for (const start of starts) {
    const value = plain.get(start.join(""));
    if (value) return [start.length, { kind: "name", value }];
  }
  if (COUNTERS.has(first)) return [1];
  for (const start of starts) {
    const value = sounds.get(start.map(sound).join(""));
    if (value) return [start.length, { kind: "name", value }];
  }
  return [1, { kind: "word", value: "" }];
}

// --- the same, as digits

const DIGITS_MEANT: Record<string, string> = { o: "0", l: "1", i: "1", "|": "1" };

/** As typed; with O, l, I and | as the digits that they look like, beside a digit; and standing alone. */
function spellings(text: string): string[] {
  const meant = (alone: boolean): string =>
    text.replace(/[\p{L}\p{N}|]+/gu, (run) =>
      /^[0-9oli|]+$/.test(run) && (alone || /[0-9]/.test(run)) ? run.replace(/[oli|]/g, (letter) => DIGITS_MEANT[letter]!) : run);
  return [text, meant(false), meant(true)];
}

/** Items that stand together, with no item between of which `apart` is true. */
function parts(items: Item[], apart: (item: Item) => boolean): Item[][] {
  const split: Item[][] = [[]];
  for (const item of items) {
    if (apart(item)) split.push([]);
    else split[split.length - 1]!.push(item);
  }
  return split;
}

/** Every row of digits that may be meant: all, those without a word between, groups of four, numbered groups. */
function asDigits(items: Item[]): string[] {
  const numbers = items.filter(({ kind }) => kind === "number").map(({ value }) => value);
  const runs = parts(items, ({ kind }) => kind !== "number").map((run) => run.map(({ value }) => value));
  if (items.every(({ kind }) => kind === "number" || kind === "word")) runs.unshift(numbers);
  const numberedGroups = (run: string[]): string[] =>
    inOrder(run.flatMap((value, i): [number, string][] => (i % 2 ? [[labelOf(run[i - 1]!), value]] : [])));
  return [
    ...runs.flatMap((run) => [run.join(""), numberedGroups(run).join("")]),
    numbers.filter((number) => number.length === 4).join(""),
  ];
}

const labelOf = (number: string): number => (number.length <= 2 ? Number(number) : 0);

/** What is labelled 1, 2, 3 and so on, in that order; nothing where the labels are others. */
function inOrder(labelled: [number, string][]): string[] {
  const sorted = [...labelled].sort(([one], [other]) => one - other);
  return sorted.every(([label], i) => label === i + 1) ? sorted.map(([, value]) => value) : [];
}

// --- the same, as things

/** The items of these kinds, each with the number that stands before it. */
function labelledOf(items: Item[], kinds: Item["kind"][]): [number, Item][] {
  let label = 0;
  const labelled: [number, Item][] = [];
  for (const item of items) {
    if (item.kind === "number") label = labelOf(item.value);
    else if (kinds.includes(item.kind)) labelled.push([label, item]);
  }
  return labelled;
}

/** Every row of things that may be meant: nouns, pictures or both, of the whole or with no other word between. */
function asThings(items: Item[]): string[][] {
  const each = [items, ...parts(items, ({ kind }) => kind === "word")];
  const kinds: Item["kind"][][] = [["name"], ["picture"], ["name", "picture"]];
  return kinds.flatMap((meant) => each.map((part) => {
    const row = labelledOf(part, meant).map(([label, { value }]): [number, string] => [label, value]);
    const ordered = inOrder(row);
    return ordered.length ? ordered : row.map(([, value]) => value);
  }));
}

/** Which of twelve things is a word that names none; 0 where that cannot be said. */
function notUnderstood(items: Item[]): number {
  const kind = items.some((item) => item.kind === "name") ? "name" : "picture";
  const entries = labelledOf(items, [kind, "word"]);
  const labels = Array.from({ length: THING_COUNT }, (_, i) => i + 1);
  if (labels.every((label) => entries.some(([one]) => one === label))) {
    return labels.find((label) => !entries.some(([one, item]) => one === label && item.kind === kind)) ?? 0;
  }
  const runs: { words: boolean; many: number }[] = [];
  for (const [, item] of entries) {
    const words = item.kind === "word";
    const last = runs[runs.length - 1];
    if (last?.words === words) last.many++;
    else runs.push({ words, many: 1 });
  }
  const things = entries.filter(([, item]) => item.kind === kind).length;
  // With fewer than half it is another text.
  return things >= THING_COUNT / 2 && things < THING_COUNT ? placeOfWord(runs) : 0;
}

/** A run of words may be one thing or several. */
function placeOfWord(runs: { words: boolean; many: number }[]): number {
  const fewest = runs.reduce((sum, { words, many }) => sum + (words ? 1 : many), 0);
  const most = runs.reduce((sum, { many }) => sum + many, 0);
  const [first] = runs;
  // A heading.
  if (first!.words && fewest > THING_COUNT) return placeOfWord(runs.slice(1));
  if (fewest > THING_COUNT || most < THING_COUNT) return 0;
  return first!.words ? 1 : first!.many + 1;
}

/** The code that somebody meant: digits with anything between them, or twelve things. Throws BadReceipt. */
export function normalise(typed: string, things: Things): string {
  if ([...typed].length > LONGEST) throw new BadReceipt("length");
  const readable = readableOf(things);
  const text = asciiDigits(fold(typed));
  const items = itemsOf(text, readable);
  const rows = [
    ...spellings(text).flatMap((spelled) => asDigits(itemsOf(spelled, readable))),
    ...asThings(items).map((row) => row.join("")),
  ];
  const whole = rows.filter((row) => row.length === LENGTH);
  const code = whole.find(check);
  if (code) return code;
  if (whole.length) throw new BadReceipt("check");
  const place = notUnderstood(items);
  throw new BadReceipt(place ? "word" : "length", place);
}

/** Whether somebody who typed this meant digits: half of them are there. Else things were meant. */
export const meansDigits = (typed: string): boolean => {
  const text = asciiDigits(typed);
  return /^[0-9\s.,-]+$/.test(text) || (text.match(/[0-9]/g) ?? []).length >= LENGTH / 2;
};

/** Does a text give the code away: three groups of its digits in a row, or six of its things? */
export function mentions(said: string, code: string, things: Things): boolean {
  const readable = readableOf(things);
  const text = asciiDigits(fold(said));
  const digits = spellings(text).flatMap((spelled) => [
    (spelled.match(/[0-9]+/g) ?? []).filter((number) => number.length === 4).join(""),
    spelled.replace(/[^\p{L}\p{N}]/gu, ""),
  ]);
  for (let i = 0; i + TELLING_DIGITS <= LENGTH; i++) {
    if (digits.some((row) => row.includes(code.slice(i, i + TELLING_DIGITS)))) return true;
  }
  const rows = asThings(itemsOf(text, readable)).map((row) => row.join(" "));
  const numbers = pairs(code);
  for (let i = 0; i + TELLING_THINGS <= THING_COUNT; i++) {
    if (rows.some((row) => row.includes(numbers.slice(i, i + TELLING_THINGS).join(" ")))) return true;
  }
  return false;
}
