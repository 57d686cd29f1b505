/** A trembling finger taps twice. The second tap must not answer, send or dial what was not there at the first. */

const HELD_MS = 500;

const held = new WeakMap<HTMLElement, ReturnType<typeof setTimeout>>();

/** Half a second without taps in this part of the page, which has just changed. Keys and the way out work all the time. */
export function holdTaps(part: HTMLElement): void {
  clearTimeout(held.get(part));
  part.style.pointerEvents = "none";
  held.set(part, setTimeout(() => part.style.removeProperty("pointer-events"), HELD_MS));
}
