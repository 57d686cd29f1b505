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
let why: Why = "reload";

/** Why there is no key: the time is over, the page came without one, or what the server says of its visit. */
export type Why = "time" | "reload" | "over" | "elsewhere" | "too_often";

/** Shows what a page has for its state: as it was put in place, and when the key goes. */
export const announce = (): void => {
  for (const element of document.querySelectorAll<HTMLElement>("[data-locked]")) element.hidden = element.dataset["locked"] !== why;
  for (const element of document.querySelectorAll<HTMLElement>("[data-when-locked]")) element.hidden = !!held;
  for (const element of document.querySelectorAll<HTMLElement>("[data-when-open]")) element.hidden = !held;
};

const tell = (): void => {
  document.documentElement.dataset["keyring"] = held ? "open" : "locked";
  document.dispatchEvent(new CustomEvent("keyring"));
};

export function hold(receipt: Held): void {
  clearTimeout(timer);
  held = receipt;
  timer = setTimeout(() => forget("time"), VISIT_SECONDS * 1000);
  tell(); // what the page shows waits for the page that is fetched with the new visit
}

export function forget(because: Why = "reload"): void {
  clearTimeout(timer);
  why = because;
  held?.receipt.signingSeed.fill(0);
  held = undefined;
  announce();
  tell();
}

export const holding = (): Held | undefined => held;
