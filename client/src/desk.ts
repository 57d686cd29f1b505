/** The desk's script: what staff pages do. Keys and sealing are in keyring.ts, which runs apart. */

import { watchOpenedAnswers } from "./classify-page";
import { ask, keyringState, startKeyring } from "./keyring-link";
import { KeyFingerprint, KeySetup, KeyUnlock } from "./keys";
import { followReceipts, Forged, readStep } from "./authorship";
import { fromBase64url, type Bytes } from "./bytes";
import type { ReplyIn } from "./generated";
import { sortHeld } from "./held-page";
import { emptyWhenLocked } from "./locking";
import { proofFor } from "./opened";
import { setOpener } from "./opener";
import { checkPage, neededRecord, recordData, type RecordData } from "./record";
import { DeskRewrap } from "./rewrap";
import { SealedReply } from "./sealed-reply";
import { SealedWords } from "./sealed-words";
import { stay } from "./stay";
import { tellOfActivity } from "./still-here";

/** The key that the report's first leaf commits: another one in the row is not hers. */
async function signing(record: RecordData): Promise<Bytes> {
  const { signing: given, first, threads, changes } = record;
  const [opened] = await ask("openings", { threads: threads!, sealed: [first!] });
  const { kind, signing: committed } = (await readStep(opened!, record)).event;
  const followed = await followReceipts(committed ?? "", changes).catch(() => "");
  if (kind !== "report_received" || followed !== given) throw new Forged("not_hers");
  return fromBase64url(given);
}

emptyWhenLocked();
watchOpenedAnswers();
sortHeld();
startKeyring();
setOpener({
  ready: () => keyringState().open,
  open: (wraps, sealed) => ask("open", { wraps, sealed }),
  signing,
  openings: ({ threads, steps }) => ask("openings", { threads: threads!, sealed: steps!.sealed }),
  async message(words, key, { kind }) {
    // To the thread that she signed, whatever the rows say.
    const to = (await neededRecord()).words.recipient("thread");
    const { code, wraps, by, day } = recordData().desk!;
    const sealed = await ask("reply", { wraps, to, reply: { by, day, desk: code, key, kind: kind!, thread: to, words } });
    const message: ReplyIn = { v: 1, key, sealed, thread: to };
    return message;
  },
});
document.addEventListener("keyring", () => void checkPage());
document.addEventListener("page", () => void checkPage());
stay(() => keyringState().open, proofFor);
tellOfActivity();
customElements.define("key-unlock", KeyUnlock);
customElements.define("key-setup", KeySetup);
customElements.define("key-fingerprint", KeyFingerprint);
customElements.define("sealed-words", SealedWords);
customElements.define("sealed-reply", SealedReply);
customElements.define("desk-rewrap", DeskRewrap);
