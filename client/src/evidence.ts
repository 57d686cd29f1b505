/** The file that a reporter keeps, put together on her phone. Format: docs/formats/receipt-proof.md. */

import { base64, concat, fromBase64, utf8, type Bytes } from "./bytes";
import { decodeJson, demand, encodeJson } from "./spelling";

export const HEADER = "c2sp.org/tlog-proof@v1";

/** The server's proof, with what only the receipt can open set into its second line. */
export function addOpening(proof: string, opening: string, policy: string): string {
  const start = `${HEADER}\n`;
  demand(proof.startsWith(`${start}index `), "not a bare proof");
  return `${start}extra ${base64(utf8(encodeJson({ opening, policy, v: 1 })))}\n${proof.slice(start.length)}`;
}

export interface OpenedLeaf {
  data: Bytes;
  hash: Bytes;
  day: string;
}

/** The leaf that an opening opens: only who can read the opening knows which one it is. Format: docs/formats/leaf.md. */
export async function openedLeaf(opening: string): Promise<OpenedLeaf> {
  const { event, nonce } = decodeJson(opening);
  demand(typeof event === "string" && typeof nonce === "string", "not an opening");
  const key = await crypto.subtle.importKey("raw", fromBase64(nonce), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const data = concat(Uint8Array.of(1), new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(event))));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", concat(Uint8Array.of(0), data)));
  return { data, hash, day: String(decodeJson(event)["day"]) };
}
