/** The thousand syllables: in the page, or at an address of this server. */

import { Refused } from "./post";

export async function wordList(given: string[] | string | undefined): Promise<readonly string[]> {
  let list = given;
  if (typeof list === "string") {
    const response = await fetch(list, { credentials: "omit" }).catch(() => undefined);
    list = response?.ok ? (await response.text()).trim().split(/\s+/) : undefined;
  }
  if (list?.length !== 1000) throw new Refused("words", { status: 0 });
  return list;
}

/** Old browsers, and pages that came unencrypted, cannot seal. */
export const canSeal = (): boolean => !!globalThis.crypto?.subtle && typeof TransformStream === "function";
