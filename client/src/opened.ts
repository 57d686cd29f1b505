/** Shows the server that this browser has the key open as something is pressed. docs/formats/opened.md. */

import { ask, keyringState } from "./keyring-link";
import type { Requests } from "./keyring";

/** What goes with a request out of this element; nothing while the key is locked: then the server refuses. */
export async function proofFor(element: HTMLElement): Promise<Record<string, string>> {
  const address = element.closest<HTMLElement>("[data-proof]")?.dataset["proof"];
  if (!address || !keyringState().open) return {};
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    const challenge = (await response.json()) as Requests["prove"]["ask"];
    return { "X-Opened": await ask("prove", challenge) };
  } catch {
    return {};
  }
}
