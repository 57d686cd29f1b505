/** The file that a reporter keeps, put together on her phone. Format: docs/formats/receipt-proof.md. */

import { base64, utf8 } from "./bytes";
import { demand, encodeJson } from "./spelling";

export const HEADER = "c2sp.org/tlog-proof@v1";

/** The server's proof, with what only the receipt can open set into its second line. */
export function addOpening(proof: string, opening: string, policy: string): string {
  const start = `${HEADER}\n`;
  demand(proof.startsWith(`${start}index `), "not a bare proof");
  return `${start}extra ${base64(utf8(encodeJson({ opening, policy, v: 1 })))}\n${proof.slice(start.length)}`;
}
