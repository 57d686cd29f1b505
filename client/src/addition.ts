/** What she tells later: to the desk that has the report, or anew to another one. docs/formats/words.md. */

import { signWords, type HerWords } from "./authorship";
import { base64, fromBase64, type Bytes } from "./bytes";
import { aboutOfficial, compartments, deskFor, documents, only, openCodes, type Told } from "./envelope";
import type { AddedIn, AdditionIn, CompartmentsIn } from "./generated";
import type { Routing } from "./routing";
import { recipientOf, sealDocument, unwrap, wrap, type Recipient } from "./seal";
import type { Stretched } from "./stretch";

/** A compartment that there is: the wrap that her receipt opens, and how many texts are in it. */
export interface Before {
  kind: string;
  of: string;
  sealed: string;
  texts: number;
}

/** What is there already, and where all of it leads. */
export interface Reported {
  kind: string;
  words: HerWords;
  before: Before[];
  routing: Routing;
  officials: readonly string[];
}

/** Once said, they stay said, for they decide who may read: a correction adds to them (tests/vectors/told_later.json). */
const NEVER_UNSAID = ["did", "harms"];

/** The answers of everything that she told, in order: of each question the newest one. */
export function allTogether(told: readonly Told[]): Told {
  const all: Told = {};
  for (const [name, codes] of told.flatMap((one) => Object.entries(one))) {
    all[name] = NEVER_UNSAID.includes(name) ? [...new Set([...(all[name] ?? []), ...codes])] : codes;
  }
  return all;
}

/** Is every word of before there? What was erased cannot be asked where it leads. */
export const allKept = ({ before, words }: Pick<Reported, "before" | "words">): boolean =>
  before.every(({ kind, of, texts }) => !["narrative", "contact"].includes(kind) || texts === words.hashes(of).length);

/** The desk for everything together; where words of before were erased the one that has it, unless that may not read this. */
export function deskOf(all: Told, { words, before, routing, officials }: Pick<Reported, "words" | "before" | "routing" | "officials">): string {
  const held = words.documents[words.documents.length - 1]!.desk;
  return allKept({ words, before }) ? deskFor(all, routing, officials) : routing.withoutState(held, aboutOfficial(all, officials));
}

/** Seals and signs what is new in `told`; `all` is everything that she told, by which it is routed. The same `key` for
 * each try. Throws NotSigned. */
export async function makeAddition(told: Told, all: Told, receipt: Stretched, key: string, reported: Reported): Promise<AdditionIn> {
  const { kind, words, before, routing } = reported;
  const last = words.documents[words.documents.length - 1]!;
  const { priority } = openCodes(all, kind);
  const { narrative, contact } = documents(told, kind);
  const sign = (desk: string, desk_signing: string, compartments: Parts): Promise<AdditionIn["words"]> =>
    signWords(receipt.signingSeed, { codes: { priority }, compartments, desk, desk_signing, key, kind: "words", n: last.n + 1 });
  const desk = deskOf(all, reported);
  // Where words of before were erased, what is added would look as if a part were missing.
  const whole = (["narrative", "contact"] as const).every((name) => {
    const of = words.recipient(name);
    return before.find((one) => one.of === of)?.texts === words.hashes(of).length;
  });
  if (desk === last.desk && whole) {
    const seal = async (name: string, contents: object[]) => {
      const recipient = words.recipient(name);
      return { recipient, sealed: await Promise.all(contents.map((content) => sealDocument(content, recipient))) };
    };
    const parts = { narrative: await seal("narrative", narrative), contact: await seal("contact", [contact]) };
    const added: AddedIn = { narrative: parts.narrative.sealed.map(base64), contact: [base64(parts.contact.sealed[0]!)] };
    return { v: 1, key, priority, sealed: added, words: await sign(desk, last.desk_signing, parts) };
  }
  const to = await routing.keys(desk);
  const mine = await recipientOf(receipt.identity);
  const closed = await compartments(narrative, contact, to, mine);
  const handed = before.map(async ({ kind: name, of, sealed }) => {
    const reader = (name === "identity" ? to.case : to.desk).recipient;
    return { of, to: reader, sealed: base64(await wrap(await unwrap(fromBase64(sealed), receipt.identity, of), reader)) };
  });
  const given: CompartmentsIn = only(closed, "given");
  return { v: 1, key, priority, sealed: { desk, compartments: given, before: await Promise.all(handed) }, words: await sign(desk, to.desk.signing, only(closed, "parts")) };
}

type Parts = Record<string, { recipient: Recipient; sealed: Bytes[] }>;
