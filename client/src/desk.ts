/** The desk's script: what staff pages do. Keys and sealing are in keyring.ts, which runs apart. */

import { watchOpenedAnswers } from "./classify-page";
import { ask, keyringState, startKeyring } from "./keyring-link";
import { KeySetup, KeyUnlock } from "./keys";
import { setOpener } from "./opener";
import { DeskRewrap } from "./rewrap";
import { SealedReply } from "./sealed-reply";
import { SealedWords } from "./sealed-words";
import { stay } from "./stay";

watchOpenedAnswers();
startKeyring();
setOpener({
  ready: () => keyringState().open,
  open: (wraps, sealed) => ask("open", { wraps, sealed }),
  seal: (document, to) => ask("seal", { document, to }),
});
stay(() => keyringState().open);
customElements.define("key-unlock", KeyUnlock);
customElements.define("key-setup", KeySetup);
customElements.define("sealed-words", SealedWords);
customElements.define("sealed-reply", SealedReply);
customElements.define("desk-rewrap", DeskRewrap);
