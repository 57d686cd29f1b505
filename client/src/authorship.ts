/** Who wrote what is shown. Format: docs/formats/words.md; tincay/core/authorship.py is the server's half. */

import { sha256 } from "@noble/hashes/sha2.js";
import { base64url, fromBase64url, hex, utf8, type Bytes } from "./bytes";
import type { Signed } from "./generated";
import { makeStatement, NotSigned, readStatement, spelled } from "./statement";

export type ForgedReason = "not_hers" | "step_missing" | "another_stage" | "message_missing" | "words_missing" | "part_missing" | "not_the_desk" | "not_the_log" | "another_place";

/** What is shown was not written by whom it names. */
export class Forged extends Error {
  constructor(readonly reason: ForgedReason) {
    super(reason);
  }
}

export const digest = (bytes: Uint8Array): string => hex(sha256(bytes));

export interface SealedParts {
  recipient: string;
  sealed: readonly Uint8Array[];
}

export interface WordsDocument {
  codes: Record<string, string>;
  compartments: Record<string, { recipient: string; sealed: string[] }>;
  desk: string;
  desk_signing: string;
  key: string;
  kind: "report" | "message" | "words";
  n: number;
  v: 1;
}

type Signable = Omit<WordsDocument, "compartments" | "v"> & { compartments: Record<string, SealedParts> };

/** Signs one thing that she sends: what was sealed to which compartment, and to which desk. */
export function signWords(seed: Bytes, { compartments, ...rest }: Signable): Promise<Signed> {
  const parts = Object.entries(compartments).map(([name, { recipient, sealed }]) => [name, { recipient, sealed: sealed.map(digest) }]);
  return makeStatement(seed, "words", { ...rest, compartments: Object.fromEntries(parts), v: 1 });
}

/** Signs with a new code, word for word, what the old one had signed. */
export const signAgain = (seed: Bytes, words: HerWords): Promise<Signed[]> => Promise.all(words.documents.map((document) => makeStatement(seed, "words", document)));

/** The old code's word for the new one. */
export const signChange = (seed: Bytes, recipient: string, signing: string): Promise<Signed> =>
  makeStatement(seed, "receipt-change", { recipient, signing, v: 1 });

/** The verifying key of the receipt in force, from the one that the first leaf commits. Throws NotSigned. */
export async function followReceipts(first: string, changes: readonly Signed[]): Promise<string> {
  let signing = first;
  for (const change of changes) {
    const next = (await readStatement<{ signing?: unknown }>(fromBase64url(signing), "receipt-change", change)).signing;
    if (typeof next !== "string") throw new NotSigned();
    signing = next;
  }
  return signing;
}

/** Everything that she signed of one report, in order. */
export class HerWords {
  constructor(readonly documents: readonly WordsDocument[]) {}

  /** The verifying keys of the desks for which she sealed to this thread: the desk that she left has an older one. */
  deskKeys(thread: string): string[] {
    const named = this.documents.filter(({ compartments }) => compartments["thread"]?.recipient === thread);
    return [...new Set(named.map((document) => document.desk_signing))];
  }

  recipient(kind: string): string {
    return this.documents.reduce((found, { compartments }) => compartments[kind]?.recipient ?? found, "");
  }

  /** The public keys of every compartment of a kind that she ever made. */
  recipients(kind: string): string[] {
    return [...new Set(this.documents.flatMap(({ compartments }) => compartments[kind]?.recipient ?? []))];
  }

  hashes(recipient: string): string[] {
    return this.documents
      .flatMap(({ compartments }) => Object.values(compartments))
      .filter((parts) => parts.recipient === recipient)
      .flatMap((parts) => parts.sealed);
  }

  /** Throws Forged unless she sealed exactly these bytes to this compartment. */
  check(recipient: string, sealed: Uint8Array): void {
    if (!this.hashes(recipient).includes(digest(sealed))) throw new Forged("not_hers");
  }

  /** Throws Forged unless everything that she sealed there is among these, in her order. */
  checkWhole(recipient: string, texts: readonly Uint8Array[]): void {
    const hers = this.hashes(recipient);
    const held = texts.map(digest).filter((one) => hers.includes(one));
    if (held.join() !== hers.join()) throw new Forged("part_missing");
  }
}

/** Her statements in order, each verified. Throws Forged: not signed by this receipt, or one is missing. */
export async function herWords(signing: Bytes, statements: readonly Signed[]): Promise<HerWords> {
  const documents: WordsDocument[] = [];
  for (const statement of statements) {
    const document = await readStatement<WordsDocument>(signing, "words", statement).catch(() => {
      throw new Forged("not_hers");
    });
    documents.push(document);
  }
  if (!documents.length || documents.some((document, i) => document.n !== i + 1)) throw new Forged("words_missing");
  return new HerWords(documents);
}

export interface StepEvent {
  kind: string;
  day: string;
  record: string;
  signing?: string;
  n: number;
  sealed?: string;
  stage?: string;
  words?: string;
}

const same = (named: (string | undefined)[], there: string[]): boolean => {
  const [left, right] = [new Set(named), new Set(there)];
  return left.size === right.size && [...right].every((one) => left.has(one));
};

/** What a leaf of a report says: the opening, as it goes into her proof, and the event in it. */
export interface Step {
  opening: string;
  event: StepEvent;
}

/** Throws Forged unless the log made this leaf about this report (core.authorship.read_step): anybody can seal to a public key. */
export async function readStep(opened: string, { log, record }: { log: string; record: string }): Promise<Step> {
  try {
    const { opening, signature, v } = JSON.parse(opened) as Record<string, string | number>;
    const signed = { document: String(opening), signature: String(signature) };
    const event = JSON.parse((await readStatement<{ event: string }>(fromBase64url(log), "opening", signed)).event) as StepEvent;
    if (v === 1 && event.record === record) return { opening: signed.document, event };
  } catch {
    // As if it had said something else.
  }
  throw new Forged("not_the_log");
}

/** Throws Forged unless the openings of a report's leaves, in order, say what the page says (core.authorship.check_steps). */
export function checkSteps(events: readonly StepEvent[], stage: string, words: HerWords, messages: readonly Uint8Array[]): void {
  if (!events.length || events.some(({ n }, i) => n !== i + 1)) throw new Forged("step_missing");
  const stages = events.filter(({ kind }) => kind === "stage_changed").map((event) => event.stage!);
  if ((stages[stages.length - 1] ?? "received") !== stage) throw new Forged("another_stage");
  const told = words.documents.filter(({ kind }) => kind !== "message").map((document) => digest(utf8(spelled(document))));
  if (!same(events.flatMap((event) => event.words ?? []), told)) throw new Forged("words_missing");
  const logged = events.filter(({ kind }) => kind === "message_posted").map(({ sealed }) => sealed);
  if (logged.join() !== messages.map(digest).join()) throw new Forged("message_missing");
}

/** Kinds of compartments whose words go by a step of their own. */
const TOLD = ["narrative", "contact"];

/** Throws Forged when something that she told since words were last deleted by a step (or ever) is not among `kept`. */
export function checkKept(events: readonly StepEvent[], words: HerWords, kept: readonly string[]): void {
  const deleted = events.map(({ kind }) => kind).lastIndexOf("data_deleted");
  const since = events.slice(deleted + 1).flatMap((event) => event.words ?? []);
  const told = words.documents
    .filter((document) => since.includes(digest(utf8(spelled(document)))))
    .flatMap(({ compartments }) => TOLD.flatMap((kind) => compartments[kind]?.sealed ?? []));
  if (told.some((one) => !kept.includes(one))) throw new Forged("part_missing");
}

interface Place {
  by: number;
  key: string;
  kind: string;
  thread: string;
}

/** What the page says of a reply besides its words: `days` on one of which it was signed, none where no day is shown. */
export interface Said extends Place {
  days: readonly string[];
}

export interface Reply extends Place {
  day: string;
  desk: string;
  words: string;
}

/** The document that is sealed to the thread; `seed` signs for the desk. */
export async function makeReply(seed: Bytes, signing: string, reply: Reply): Promise<object> {
  const { document, signature } = await makeStatement(seed, "reply", { ...reply, signing, v: 1 });
  return { v: 1, reply: document, signature };
}

/** The words of a reply. Throws Forged: no desk of hers signed it, or it said something else of itself. */
export async function readReply(opened: Record<string, unknown>, keys: readonly string[], said: Said): Promise<string> {
  const written = { document: String(opened["reply"]), signature: String(opened["signature"]) };
  for (const one of keys) {
    const reply = await readStatement<Reply>(fromBase64url(one), "reply", written).catch(() => undefined);
    if (!reply) continue;
    const same = (["by", "key", "kind", "thread"] as const).every((name) => reply[name] === said[name]);
    if (!same || (said.days.length && !said.days.includes(reply.day))) throw new Forged("another_place");
    return reply.words;
  }
  throw new Forged("not_the_desk");
}

export interface DeskKey {
  desk: string;
  number: number;
  recipient: string;
  signing: string;
}

/** The old key's word for the one after it. */
export const succeed = (before: Bytes, after: DeskKey): Promise<Signed> => makeStatement(before, "desk-key", { ...after, v: 1 });

const member = (desk: string, of: string, recipient: string): object => ({ desk, of, recipient, v: 1 });

/** The desk's word that this public key is a member's: `of` is the desk's own. */
export const vouch = (seed: Bytes, desk: string, of: string, recipient: string): Promise<Signed> =>
  makeStatement(seed, "member", member(desk, of, recipient));

export async function isVouched(signing: Bytes, desk: string, of: string, recipient: string, voucher: Signed): Promise<boolean> {
  const read = await readStatement<object>(signing, "member", voucher).catch(() => undefined);
  return !!read && spelled(read) === spelled(member(desk, of, recipient));
}

/** The key that the one behind `signing` signed. Throws NotSigned for a document that we would have written otherwise. */
async function readDeskKey(signing: string, statement: Signed): Promise<DeskKey> {
  try {
    const read = await readStatement<DeskKey>(fromBase64url(signing), "desk-key", statement);
    const key = {
      desk: String(read.desk),
      number: Number(read.number),
      recipient: String(read.recipient),
      signing: base64url(fromBase64url(String(read.signing))),
    };
    if (spelled({ ...key, v: 1 }) === spelled(read)) return key;
  } catch {
    // No base64, or nothing to make a text of: nobody of ours wrote it.
  }
  throw new NotSigned();
}

/** The key that one statement puts after `before`. Throws NotSigned. */
async function next(before: DeskKey, statement: Signed): Promise<DeskKey> {
  const key = await readDeskKey(before.signing, statement);
  if (key.desk !== before.desk || key.number !== before.number + 1) throw new NotSigned();
  return key;
}

/** A desk's present key, from the first one on. Throws NotSigned. */
export async function lastKey(first: DeskKey, later: readonly Signed[]): Promise<DeskKey> {
  let key = first;
  for (const statement of later) key = await next(key, statement);
  return key;
}

/** The pinned verifying keys and every one that such a key signed. */
export async function successors(pinned: readonly string[], later: readonly Signed[]): Promise<string[]> {
  const known = [...new Set(pinned)];
  // Grows while it is walked: a successor may have one too.
  for (const one of known) {
    for (const statement of later) {
      const key = await readDeskKey(one, statement).catch(() => undefined);
      if (key && !known.includes(key.signing)) known.push(key.signing);
    }
  }
  return known;
}
