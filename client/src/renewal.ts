/** Which key of a desk counts while it gets a new one. Format: docs/formats/rewrap.md; tincay/core/renewal.py is the server's half. */

import { lastKey, type DeskKey } from "./authorship";
import { base64url, fromBase64url } from "./bytes";
import type { Signed } from "./generated";
import { Routing, type Routed } from "./routing";
import { NotSigned, spelled } from "./statement";

/** What `begin` says of a desk's keys: where reports go, if that was signed, and all of the desk's own statements in order. */
export interface KeysTold {
  routed: Omit<Routed, "later"> | null;
  statements: Signed[];
}

const written = ({ desk, number, recipient, signing }: DeskKey): string => spelled({ desk, number, recipient, signing, v: 1 });

/** A first key that the install has not signed yet: only its shape can be looked at. Throws NotSigned. */
function unsigned(desk: string, { document }: Signed): DeskKey {
  try {
    const key = JSON.parse(document) as DeskKey;
    const shape = written({ desk, number: 1, recipient: String(key.recipient), signing: base64url(fromBase64url(key.signing)) });
    if (shape === document) return key;
  } catch {
    // No JSON, no object or no base64: nobody of ours wrote it.
  }
  throw new NotSigned();
}

/** The desk's key now; none before its first one. Throws NotSigned where one does not follow from the other. */
export async function presentKey(desk: string, { routed, statements }: KeysTold): Promise<DeskKey | undefined> {
  const installed = routed && (await Routing.read({ ...routed, later: {} })).first(desk);
  const first = installed ?? (statements[0] && unsigned(desk, statements[0]));
  return first && lastKey(first, statements.slice(first.number));
}

/** Throws NotSigned unless `before` has signed the present key itself. */
export async function checkSuccession(before: DeskKey, present: DeskKey, statements: readonly Signed[]): Promise<void> {
  const found = await lastKey(before, statements.slice(present.number - 1, present.number));
  if (written(found) !== written(present) || before.number !== present.number - 1) throw new NotSigned();
}

/** The public halves of a desk's key as they come from the secret one that was opened. */
export type Opened = Pick<DeskKey, "recipient" | "signing">;

/**
 * The number of the desk's key, 0 before its first one. Throws NotSigned unless what was opened is the present key, or the
 * one that is replaced and the present one, which it has signed.
 */
export async function checkOpened(desk: string, told: KeysTold, old: Opened | null, fresh: Opened | null): Promise<number> {
  const present = await presentKey(desk, told);
  const newest = fresh ?? old;
  if (!present && !newest) return 0;
  if (!present || !newest || written({ ...present, ...newest }) !== written(present)) throw new NotSigned();
  if (fresh) await checkSuccession({ desk, number: present.number - 1, ...(old ?? fresh) }, present, told.statements);
  return present.number;
}
