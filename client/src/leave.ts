/** The way out on pages that have nothing else to do: front page, guide, log. */

import { watchTheWayOut } from "./exit";
import { holdWhatMoves } from "./second-tap";

watchTheWayOut();
holdWhatMoves();
