/** The script of the pages that somebody reports with; coming back is reporter.ts. */

import { watchTheWayOut } from "./exit";
import { SealedForm, watchTheForm } from "./intake";
import { holdWhatMoves } from "./second-tap";

watchTheWayOut();
holdWhatMoves();
watchTheForm();
customElements.define("sealed-form", SealedForm);
