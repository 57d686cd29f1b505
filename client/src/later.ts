/** The second script of the pages behind a receipt: what she needs once she is in. It stands on reporter.ts. */

import { NewCode } from "./new-code";
import { ProofFile } from "./proof-file";

customElements.define("new-code", NewCode);
customElements.define("proof-file", ProofFile);
