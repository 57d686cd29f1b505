/** The way out on pages that have nothing else to do: front page, guide, log. */

import { watchTheWayOut } from "./exit";

watchTheWayOut();
