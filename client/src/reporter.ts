/** The script of the pages behind a receipt; reporting is tell.ts, what is seldom needed is later.ts. */

import { signWords } from "./authorship";
import { base64, fromBase64, text } from "./bytes";
import { goBackOut, watchBack } from "./back-button";
import { keepDrafts } from "./drafts";
import { endVisit, watchTheWayOut } from "./exit";
import { setOpener } from "./opener";
import type { HerMessageIn } from "./generated";
import { mentions } from "./receipt";
import { checkPage, neededRecord } from "./record";
import { follow, open, openDocument, sealDocument } from "./seal";
import { refuseWords, SealedReply } from "./sealed-reply";
import { SealedWords } from "./sealed-words";
import { holdTaps, holdWhatMoves } from "./second-tap";
import { announce, forget, holding, type Why } from "./session";
import * as shared from "./shared";
import { signingPublic } from "./sign";
import { backOne, stay } from "./stay";
import { all, clearFields, focusOn, show } from "./texts";
import { ConsentChange, ForgetReceipt, openForWhoCame, ReceiptVisit, sayWhenForgotten } from "./visit";
import { canSeal } from "./words";

Object.assign(globalThis, { tincay: shared });
setOpener({
  ready: () => !!holding(),
  async open(wraps, sealed) {
    const chain = wraps.map(({ sealed: wrap, of }) => ({ sealed: fromBase64(wrap), ...(of && { of }) }));
    const identity = await follow(chain, holding()!.receipt.identity);
    return Promise.all(sealed.map((one) => openDocument(fromBase64(one), identity)));
  },
  openings: ({ steps }) => Promise.all(steps!.sealed.map(async (one) => text(await open(fromBase64(one), holding()!.receipt.identity)))),
  signing: () => signingPublic(holding()!.receipt.signingSeed),
  async message(words, key) {
    const { words: hers } = await neededRecord();
    const { desk, desk_signing, n } = hers.documents[hers.documents.length - 1]!;
    const recipient = hers.recipient("thread");
    const sealed = await sealDocument({ v: 1, words }, recipient);
    const signable = { codes: {}, compartments: { thread: { recipient, sealed: [sealed] } }, desk, desk_signing, key, kind: "message" as const, n: n + 1 };
    const message: HerMessageIn = { v: 1, key, sealed: base64(sealed), words: await signWords(holding()!.receipt.signingSeed, signable) };
    return message;
  },
});
document.addEventListener("keyring", () => void checkPage());
document.addEventListener("page", () => void checkPage());
refuseWords((words) => {
  const held = holding();
  return !!held && mentions(words, held.code, held.things);
});
// The page's visit goes along with what is fetched: with another one in its place nothing of that is shown here.
let visit = "";
const ofThisVisit = (): Record<string, string> => (visit ? { "X-CSRFToken": visit } : {});
document.addEventListener("keyring", () => (visit = ""));
document.addEventListener("page", () => {
  visit = document.querySelector<HTMLElement>("forget-receipt")?.dataset["csrf"] ?? visit;
  announce();
});
document.addEventListener("locked", (event) => forget(((event as CustomEvent).detail as Why | undefined) ?? "over"));
if (document.querySelector("[data-locked]")) announce();
stay(() => !!holding(), undefined, ofThisVisit);
keepDrafts();
sayWhenForgotten();
openForWhoCame();
addEventListener("pagehide", () => forget());

/** Back is one step back in this page, or the page before in this visit; at the first one it asks, because the key
 * would go. Whoever has a step back prevents the event. */
const leaving = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-leaving]");
watchBack(() => {
  if (!document.dispatchEvent(new Event("back", { cancelable: true }))) return true;
  if (!holding()) return false;
  if (backOne()) return true;
  const question = leaving();
  if (!question?.hidden) return false;
  show(question, true);
  holdTaps(question);
  focusOn(question);
  return true;
});
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-stay],[data-out]");
  if (!button) return;
  show(leaving(), false);
  const { out } = button.dataset;
  if (out === undefined) return;
  document.dispatchEvent(new Event("leaving"));
  endVisit();
  clearFields();
  forget();
  goBackOut(out);
});
watchTheWayOut();
holdWhatMoves();
// The way for phones on which this script does not run, or cannot seal, stands in sight until now.
for (const part of all(document, "[data-without-script]")) show(part, !canSeal());
customElements.define("receipt-visit", ReceiptVisit);
customElements.define("sealed-words", SealedWords);
customElements.define("sealed-reply", SealedReply);
customElements.define("consent-change", ConsentChange);
customElements.define("forget-receipt", ForgetReceipt);
