/** A trembling finger taps twice. The second tap must not answer, send or dial what was not there at the first. */

const HELD_MS = 500;

const down = new Set<number>();
const held = new Map<HTMLElement, ReturnType<typeof setTimeout> | undefined>();

function release(part: HTMLElement): void {
  held.delete(part);
  part.style.removeProperty("pointer-events");
}

function wait(part: HTMLElement): void {
  clearTimeout(held.get(part));
  held.set(part, down.size ? undefined : setTimeout(() => release(part), HELD_MS));
}

function onPointer({ type, pointerId }: PointerEvent): void {
  if (type === "pointerdown") down.add(pointerId);
  else down.delete(pointerId);
  held.forEach((_, part) => wait(part));
}

for (const type of ["pointerdown", "pointerup", "pointercancel"]) addEventListener(type, onPointer as EventListener, true);

/** No tap counts in this part of the page, which has just changed, until all fingers are lifted and half a second has
 * passed without one; a tap meanwhile begins the half second anew. Keys and the way out work all the time. */
export function holdTaps(part: HTMLElement): void {
  part.style.pointerEvents = "none";
  wait(part);
}
