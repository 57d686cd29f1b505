/** The one message that carries a report. Format: docs/formats/seal.md, "The envelope". */

import { base64, base64url, random, utf8, type Bytes } from "./bytes";
import { signWords } from "./authorship";
import { ABOUT_HER, CONSENTS_ON_FORM, FACTS, FIELDS_ABOUT_HER, MAX_PART_BYTES, NOT_OF_A_CHILD, type CompartmentIn, type Envelope, type ProofOfWorkIn, type WrapIn } from "./generated";
import { signGrant, type Grant, type SignedGrant } from "./grant";
import { isChild, kindGroup, priority, retentionClass, type Answers, type KindGroup } from "./priority";
import type { Routed, Routing, SealedTo } from "./routing";
import { newKey, recipientOf, sealDocument, wrap, type Recipient } from "./seal";
import { signingPublic } from "./sign";
import type { Stretched } from "./stretch";
import type { Work } from "./work";

export interface Configuration {
  salt: string;
  routed: Routed;
  day: string;
  text_version: string;
  limits: { envelope: number; words: number };
  proof_of_work: Work | null;
  officials: string[];
}

/** What was chosen and typed, by the name of the control. */
export type Told = Record<string, string[]>;

const APART = ["words", "identifier", "consents", "keep", "police_body", ...ABOUT_HER, ...FIELDS_ABOUT_HER];

export const newIdempotencyKey = (): string => base64url(random(16));

const pick = (told: Told, names: readonly string[]): Told =>
  Object.fromEntries(names.filter((name) => told[name]?.length).map((name) => [name, told[name]!]));

/** Her words in pieces that fit into one sealed part each; put together they are the words again. */
export function pieces(words: string): string[] {
  const written = (part: string): number => utf8(JSON.stringify(part)).length - 2;
  if (written(words) <= MAX_PART_BYTES) return [words];
  const found: string[] = [];
  let [piece, size] = ["", 0];
  for (const letter of words) {
    const bytes = written(letter);
    if (size + bytes > MAX_PART_BYTES) {
      found.push(piece);
      [piece, size] = ["", 0];
    }
    piece += letter;
    size += bytes;
  }
  return [...found, piece];
}

export function documents(told: Told, kind: string): { narrative: object[]; contact: object } {
  const others = Object.keys(told).filter((name) => !APART.includes(name));
  const typed = (name: string): string => told[name]?.[0] ?? "";
  const fields = FIELDS_ABOUT_HER.filter((name) => typed(name)).map((name) => [name, typed(name)]);
  // The number that she gave stands under her words: both are sealed together.
  const [first, ...rest] = pieces([typed("words"), typed("identifier")].filter(Boolean).join("\n\n"));
  return {
    narrative: [{ v: 1, answers: { kind: [kind], ...pick(told, others) }, words: first }, ...rest.map((words) => ({ v: 1, words }))],
    contact: { v: 1, answers: pick(told, ABOUT_HER), fields: Object.fromEntries(fields) },
  };
}

/** The desk that a report goes to, by what was told so far. */
export function deskFor(told: Told, routing: Routing, officials: readonly string[]): string {
  return routing.desk(told["place"]?.[0] ?? "", aboutOfficial(told, officials));
}

export const aboutOfficial = (told: Told, officials: readonly string[]): boolean =>
  [...(told["did"] ?? []), ...(told["harms"] ?? [])].some((answer) => officials.includes(answer));

export const aboutChild = (told: Told): boolean => isChild(answersOf(told, "substantive"));

function answersOf(told: Told, group: KindGroup): Answers {
  const one = (name: string): string => told[name]?.[0] ?? "";
  return {
    kindGroup: group,
    danger: one("danger"),
    harms: told["harms"] ?? [],
    timeSince: one("time_since"),
    ageBand: one("age_band"),
    frequency: one("frequency"),
    needs: told["need"] ?? [],
  };
}

/** What the server learns of a report besides the desk: everything else is sealed. */
export function openCodes(told: Told, kind: string): Pick<Envelope, "priority" | "kind_group" | "retention_class"> {
  const group = kindGroup(kind);
  const answers = answersOf(told, group);
  const keepsWords = (told["keep"] ?? []).includes("yes");
  return {
    priority: priority(answers),
    kind_group: group,
    retention_class: retentionClass(group, keepsWords, isChild(answers)),
  };
}

export interface Closed {
  given: CompartmentIn;
  parts: { recipient: Recipient; sealed: Bytes[] };
}

async function compartment(contents: object[], desk: Recipient, receipt: Recipient): Promise<Closed> {
  const { identity, recipient } = await newKey();
  const wrapped = async (to: Recipient): Promise<WrapIn> => ({ to, sealed: base64(await wrap(identity, to)) });
  const wraps = await Promise.all([wrapped(desk), wrapped(receipt)]);
  const sealed = await Promise.all(contents.map((content) => sealDocument(content, recipient)));
  return { given: { recipient, sealed: sealed.map(base64), wraps }, parts: { recipient, sealed } };
}

type Kinds = "narrative" | "contact" | "identity" | "thread";

/** A report's four, for the desk, for who reads identity, and for the receipt. All at once: a phone has several cores. */
export async function compartments(story: object[], reached: object, to: SealedTo, receipt: Recipient): Promise<Record<Kinds, Closed>> {
  const [narrative, contact, identity, thread] = await Promise.all([
    compartment(story, to.desk.recipient, receipt),
    compartment([reached], to.desk.recipient, receipt),
    compartment([], to.case.recipient, receipt),
    compartment([], to.desk.recipient, receipt),
  ]);
  return { narrative, contact, identity, thread };
}

/** One side of each compartment: what is sent, or what is signed. */
export const only = <K extends keyof Closed>(closed: Record<Kinds, Closed>, what: K): Record<Kinds, Closed[K]> =>
  Object.fromEntries(Object.entries(closed).map(([name, one]) => [name, one[what]])) as Record<Kinds, Closed[K]>;

type Said = Pick<Grant, "scope" | "receiver" | "items" | "given">;

const yes = (scope: string, receiver: string | null = null, items: readonly string[] = []): Said => ({ scope, receiver, items: [...items], given: true });

/** Her words about consent that follow from her answers: the same rule as grants_from of tincay/core/consent.py. */
export function grantsFrom(told: Told, officials: readonly string[]): Said[] {
  const has = (name: string, value: string): boolean => !!told[name]?.includes(value);
  const child = aboutChild(told);
  const body = told["police_body"]?.[0];
  const found = has("keep", "yes") ? [yes("store_sealed")] : [];
  for (const scope of CONSENTS_ON_FORM) if (has("consents", scope) && !(child && NOT_OF_A_CHILD.includes(scope))) found.push(yes(scope));
  if (has("police_option", "no")) found.push({ ...yes("share_police_anon"), given: false });
  else if (has("police_option", "anon_info") && body && !child && !aboutOfficial(told, officials)) {
    found.push(body === "ask" ? yes("share_police_anon") : yes("share_police_anon", `body:${body}`, FACTS));
  }
  return found;
}

const grants = (told: Told, seed: Bytes, { day, text_version: text, officials }: Configuration): Promise<SignedGrant[]> =>
  Promise.all(grantsFrom(told, officials).map((said, i) => signGrant({ ...said, n: i + 1, day, until: null, text }, seed)));

/** Seals everything that was told and signs it. The same `key` for each try of one report. Throws NotSigned. */
export async function makeEnvelope(
  told: Told,
  kind: string,
  receipt: Stretched,
  key: string,
  configuration: Configuration,
  routing: Routing,
): Promise<Omit<Envelope, "proof_of_work">> {
  const desk = deskFor(told, routing, configuration.officials);
  const to = await routing.keys(desk);
  const mine = await recipientOf(receipt.identity);
  const { narrative, contact } = documents(told, kind);
  const codes = openCodes(told, kind);
  const closed = await compartments(narrative, contact, to, mine);
  const signable = { codes, compartments: only(closed, "parts"), desk, desk_signing: to.desk.signing, key, kind: "report" as const, n: 1 };
  return {
    v: 1,
    key,
    desk,
    ...codes,
    receipt: {
      locator: base64url(receipt.locator),
      recipient: mine,
      signing: base64url(await signingPublic(receipt.signingSeed)),
    },
    compartments: only(closed, "given"),
    words: await signWords(receipt.signingSeed, signable),
    grants: await grants(told, receipt.signingSeed, configuration),
  };
}

/** The bytes to send: the same again when the connection broke. */
export function written(envelope: Omit<Envelope, "proof_of_work">, work: ProofOfWorkIn | null): string {
  const whole: Envelope = { ...envelope, proof_of_work: work };
  return JSON.stringify(whole);
}
