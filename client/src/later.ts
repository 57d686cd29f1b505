/** The second script of the pages behind a receipt: what she needs once she is in. It stands on reporter.ts. */

import { AsksLess } from "./asks-less";
import { ThingsBoard } from "./board";
import { NewCode } from "./new-code";
import { ProofFile } from "./proof-file";
import { SaidSoFar, TellLater } from "./telling";

customElements.define("asks-less", AsksLess);
customElements.define("new-code", NewCode);
customElements.define("proof-file", ProofFile);
customElements.define("things-board", ThingsBoard);
customElements.define("tell-later", TellLater);
customElements.define("said-so-far", SaidSoFar);
