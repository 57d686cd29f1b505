/** A trembling finger taps twice. The second tap must not answer, send or dial what was not there at the first. */

const HELD_MS = 500;

let held: ReturnType<typeof setTimeout> | undefined;

/** Half a second without taps in this part of the page, which has just changed. Keys and the way out work all the time. */
export function holdTaps(part: HTMLElement): void {
  clearTimeout(held);
  part.style.pointerEvents = "none";
  held = setTimeout(() => part.style.removeProperty("pointer-events"), HELD_MS);
}
