/** The way out: at once, and Back does not lead to the form. */

import { unwind } from "./back-button";
import { forget } from "./session";
import { clearFields } from "./texts";

const PRESSES = 3;
const WITHIN_MS = 5000;

/** Tells the server that the visit is over, without waiting for its answer; at the door, that she is gone. */
export function endVisit(): void {
  const door = document.querySelector<HTMLElement>("[data-forget]")?.dataset["forget"];
  if (door) void fetch(door, { keepalive: true, redirect: "manual" }).catch(() => undefined);
  const { action, csrf } = document.querySelector<HTMLElement>("forget-receipt[data-action]")?.dataset ?? {};
  if (action) navigator.sendBeacon(action, new URLSearchParams({ token: csrf ?? "" }));
}

function clear(): void {
  clearFields();
  forget();
}

/** Whoever asks before a page is left lets go at the event `leaving`; what two scripts of a page hold goes in both. */
export function leave(address: string): void {
  if (document.body.hidden) return;
  document.body.hidden = true;
  document.dispatchEvent(new Event("leaving"));
  endVisit();
  clear();
  void unwind().then(() => location.replace(address));
}

/** Links with data-leave, and Shift three times in five seconds. */
export function watchTheWayOut(): void {
  document.addEventListener("leaving", clear);
  const link = (): HTMLAnchorElement | null => document.querySelector<HTMLAnchorElement>("a[data-leave]");
  let presses: number[] = [];
  document.addEventListener("click", (event) => {
    const found = (event.target as Element).closest<HTMLAnchorElement>("a[data-leave]");
    if (!found) return;
    event.preventDefault();
    leave(found.href);
  });
  document.addEventListener("keydown", (event) => {
    if (event.repeat) return;
    const now = performance.now();
    // Any other key between two presses is somebody typing capitals.
    presses = event.key === "Shift" ? [...presses.filter((at) => now - at < WITHIN_MS), now] : [];
    const found = link();
    if (presses.length >= PRESSES && found) leave(found.href);
  });
}
