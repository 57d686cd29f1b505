/** What she tells later: to the desk that has the report, or anew to another one. docs/formats/words.md. */

import { signWords } from "./authorship";
import { base64, fromBase64 } from "./bytes";
import { compartments, documents, only, openCodes, type Told } from "./envelope";
import type { AdditionIn } from "./generated";
import type { PageRecord } from "./record";
import type { Routing } from "./routing";
import { recipientOf, sealDocument, unwrap, wrap } from "./seal";
import type { Stretched } from "./stretch";

/** A compartment that there is, with the wrap that her receipt opens. */
export interface Before {
  kind: string;
  of: string;
  sealed: string;
}

/** Seals and signs what is new in `told`; `desk` is where all answers together lead. Throws NotSigned. */
export async function makeAddition(told: Told, kind: string, desk: string, receipt: Stretched, key: string, { words }: PageRecord, before: Before[], routing: Routing): Promise<AdditionIn> {
  const last = words.documents[words.documents.length - 1]!;
  const { priority } = openCodes(told, kind);
  const signable = { codes: { priority }, key, kind: "words" as const, n: last.n + 1 };
  const { narrative, contact } = documents(told, kind);
  if (desk === last.desk) {
    const recipient = words.recipient("narrative");
    const sealed = await Promise.all(narrative.map((part) => sealDocument(part, recipient)));
    const signed = await signWords(receipt.signingSeed, { ...signable, compartments: { narrative: { recipient, sealed } }, desk, desk_signing: last.desk_signing });
    return { v: 1, key, priority, sealed: sealed.map(base64), moved: null, words: signed };
  }
  const to = await routing.keys(desk);
  const mine = await recipientOf(receipt.identity);
  const closed = await compartments(narrative, contact, to, mine);
  const handed = before.map(async ({ kind: name, of, sealed }) => {
    const reader = (name === "identity" ? to.case : to.desk).recipient;
    return { of, to: reader, sealed: base64(await wrap(await unwrap(fromBase64(sealed), receipt.identity, of), reader)) };
  });
  const signed = await signWords(receipt.signingSeed, { ...signable, compartments: only(closed, "parts"), desk, desk_signing: to.desk.signing });
  return { v: 1, key, priority, sealed: [], moved: { desk, compartments: only(closed, "given"), before: await Promise.all(handed) }, words: signed };
}
