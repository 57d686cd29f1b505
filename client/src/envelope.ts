/** The one message that carries a report. Format: docs/formats/seal.md, "The envelope". */

import { base64, base64url, random, type Bytes } from "./bytes";
import { ABOUT_HER, FIELDS_ABOUT_HER, type CompartmentIn, type Envelope, type ProofOfWorkIn, type WrapIn } from "./generated";
import { signGrant, type SignedGrant } from "./grant";
import { isChild, kindGroup, priority, retentionClass, type Answers, type KindGroup } from "./priority";
import { newKey, recipientOf, sealDocument, wrap, type Recipient } from "./seal";
import { signingPublic } from "./sign";
import type { Stretched } from "./stretch";
import type { Work } from "./work";

export interface SealedTo {
  desk: string;
  recipient: Recipient;
  identity_recipient: Recipient;
}

export interface Configuration {
  salt: string;
  provinces: Record<string, SealedTo>;
  default: SealedTo;
  day: string;
  text_version: string;
  limits: { envelope: number; words: number };
  proof_of_work: Work | null;
  state_desks?: string[];
  officials?: string[];
}

/** What was chosen and typed, by the name of the control. */
export type Told = Record<string, string[]>;

const APART = ["words", "identifier", "consents", ...ABOUT_HER, ...FIELDS_ABOUT_HER];

export const newIdempotencyKey = (): string => base64url(random(16));

const pick = (told: Told, names: readonly string[]): Told =>
  Object.fromEntries(names.filter((name) => told[name]?.length).map((name) => [name, told[name]!]));

export function documents(told: Told, kind: string): { narrative: object; identity: object } {
  const others = Object.keys(told).filter((name) => !APART.includes(name));
  const typed = (name: string): string => told[name]?.[0] ?? "";
  const fields = FIELDS_ABOUT_HER.filter((name) => typed(name)).map((name) => [name, typed(name)]);
  // The number that she gave stands under her words: both are sealed together.
  const words = [typed("words"), typed("identifier")].filter(Boolean).join("\n\n");
  return {
    narrative: { v: 1, answers: { kind: [kind], ...pick(told, others) }, words },
    identity: { v: 1, answers: pick(told, ABOUT_HER), fields: Object.fromEntries(fields) },
  };
}

export function deskFor(told: Told, { provinces, default: other, state_desks: state, officials }: Configuration): SealedTo {
  const own = provinces[told["place"]?.[0] ?? ""] ?? other;
  const aboutOfficial = [...(told["did"] ?? []), ...(told["harms"] ?? [])].some((answer) => officials?.includes(answer));
  return aboutOfficial && state?.includes(own.desk) ? other : own;
}

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
  const keepsWords = (told["consents"] ?? []).includes("store_sealed");
  return {
    priority: priority(answers),
    kind_group: group,
    retention_class: retentionClass(group, keepsWords, isChild(answers)),
  };
}

async function compartment(document: object | null, desk: Recipient, receipt: Recipient): Promise<CompartmentIn> {
  const { identity, recipient } = await newKey();
  const wrapped = async (to: Recipient): Promise<WrapIn> => ({ to, sealed: base64(await wrap(identity, to)) });
  return {
    recipient,
    sealed: document && base64(await sealDocument(document, recipient)),
    wraps: [await wrapped(desk), await wrapped(receipt)],
  };
}

function grants(told: Told, seed: Bytes, { day, text_version: text }: Configuration): Promise<SignedGrant[]> {
  const scopes = told["consents"] ?? [];
  return Promise.all(
    scopes.map((scope, i) =>
      signGrant({ scope, receiver: null, items: [], given: true, n: i + 1, day, expires: null, text }, seed),
    ),
  );
}

/** Seals everything that was told. The same `key` for each try of one report. */
export async function makeEnvelope(
  told: Told,
  kind: string,
  receipt: Stretched,
  key: string,
  configuration: Configuration,
): Promise<Omit<Envelope, "proof_of_work">> {
  const to = deskFor(told, configuration);
  const mine = await recipientOf(receipt.identity);
  const { narrative, identity } = documents(told, kind);
  return {
    v: 1,
    key,
    desk: to.desk,
    ...openCodes(told, kind),
    receipt: {
      locator: base64url(receipt.locator),
      recipient: mine,
      signing: base64url(await signingPublic(receipt.signingSeed)),
    },
    compartments: {
      narrative: await compartment(narrative, to.recipient, mine),
      identity: await compartment(identity, to.identity_recipient, mine),
      thread: await compartment(null, to.recipient, mine),
    },
    grants: await grants(told, receipt.signingSeed, configuration),
  };
}

/** The bytes to send: the same again when the connection broke. */
export function written(envelope: Omit<Envelope, "proof_of_work">, work: ProofOfWorkIn | null): string {
  const whole: Envelope = { ...envelope, proof_of_work: work };
  return JSON.stringify(whole);
}
