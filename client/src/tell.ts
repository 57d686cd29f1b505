/** The script of the pages that somebody reports with; coming back is reporter.ts. */

import { watchTheWayOut } from "./exit";
import { SealedForm } from "./intake";
import { all, show } from "./texts";
import { canSeal } from "./words";

watchTheWayOut();
// The way for phones on which this script does not run, or cannot seal, stands in sight until now.
for (const part of all(document, "[data-without-script]")) show(part, !canSeal());
customElements.define("sealed-form", SealedForm);
