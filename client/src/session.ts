/** What this document remembers of an open receipt: in memory, as long as a visit lasts, nowhere else. */

import { VISIT_SECONDS } from "./generated";
import type { Things } from "./receipt";
import type { Stretched } from "./stretch";

export interface Held {
  code: string;
  things: Things;
  receipt: Stretched;
}

let held: Held | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

const announce = (): void => {
  document.documentElement.dataset["keyring"] = held ? "open" : "locked";
  for (const element of document.querySelectorAll<HTMLElement>("[data-when-locked]")) element.hidden = !!held;
  for (const element of document.querySelectorAll<HTMLElement>("[data-when-open]")) element.hidden = !held;
  document.dispatchEvent(new CustomEvent("keyring"));
};

export function hold(receipt: Held): void {
  clearTimeout(timer);
  held = receipt;
  timer = setTimeout(forget, VISIT_SECONDS * 1000);
  announce();
}

export function forget(): void {
  clearTimeout(timer);
  held?.receipt.signingSeed.fill(0);
  held = undefined;
  announce();
}

export const holding = (): Held | undefined => held;
