/** What goes from a staff page with the lock: everything that was made from opened words. docs/client.md. */

import { ask, keyringState } from "./keyring-link";
import type { Recipient } from "./seal";
import type { SealedReply } from "./sealed-reply";
import { all, show } from "./texts";

/** Places that scripts fill from opened words, and what is shown only because of them. */
const FILLED = "[data-words],[data-answers],[data-suggested],[data-why],[data-warning-list]";
const SHOWN = "[data-suggestion],[data-warnings],[data-when-forged],sealed-words [data-error]";

/** Letters that were begun, sealed to the own key: what the lock took out of the page. */
const drafts = new Map<SealedReply, Promise<string>>();
let last: Recipient | undefined;

/** To be called once. The one place that hears of the lock for all that the page shows. */
export function emptyWhenLocked(): void {
  document.addEventListener("keyring", () => {
    const { open, recipient } = keyringState();
    if (open) {
      last = recipient;
      void restoreDrafts();
    } else empty();
  });
}

function empty(): void {
  for (const reply of all<SealedReply>(document, "sealed-reply")) putAside(reply);
  for (const place of all(document, FILLED)) place.replaceChildren();
  for (const part of all(document, SHOWN)) show(part, false);
  for (const warning of all(document, "[data-warning]")) warning.remove();
  // A chosen class tells as much as the words; a hidden field keeps its value when its form is reset.
  for (const form of all<HTMLFormElement>(document, "[data-proof] form,form[data-classify]")) form.reset();
  for (const field of all<HTMLInputElement>(document, "form[data-classify] input[name=count]")) field.value = "";
}

function putAside(reply: SealedReply): void {
  const draft = reply.take();
  if (draft && last) drafts.set(reply, ask("veil", { draft, to: last }));
}

async function restoreDrafts(): Promise<void> {
  for (const [reply, sealed] of [...drafts]) {
    if (!reply.isConnected) drafts.delete(reply);
    else await restore(reply, sealed).catch(() => undefined); // locked again: it stays sealed
  }
}

async function restore(reply: SealedReply, sealed: Promise<string>): Promise<void> {
  const [opened] = await ask("open", { wraps: [], sealed: [await sealed] });
  if (!keyringState().open) return;
  drafts.delete(reply);
  reply.put(opened!["draft"] as string);
}
