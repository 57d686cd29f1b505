/** A trembling finger taps twice. The second tap must not answer, send, close or dial what the first one moved there. */

const HELD_MS = 500;
const MOVED_PX = 8;
const GIVES = "main :is([data-review-none],consent-change)";
const TOUCHED = "main :is(a[href],button,input,select,textarea,summary)";

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

type Places = Map<Element, DOMRect>;

/** Where everything stands that a finger may fall on. */
function look(): Places {
  return new Map([...document.querySelectorAll(TOUCHED)].map((one) => [one, one.getBoundingClientRect()] as const).filter(([, { width }]) => width));
}

function differs(before: Places, now: Places): boolean {
  return [...now].some(([one, { left, top }]) => {
    const was = before.get(one);
    return !was || Math.hypot(left - was.left, top - was.top) > MOVED_PX;
  });
}

/** From now on <main> is held whenever something in it comes, moves or unfolds after the first touch, whatever moved it. */
export function holdWhatMoves(): void {
  let before: Places | undefined;
  const compare = (changes: MutationRecord[]): void => {
    const main = document.querySelector("main");
    if (!before || !main) return;
    const now = look();
    if (changes.some(({ attributeName }) => attributeName === "open") || differs(before, now)) holdTaps(main);
    before = now;
  };
  addEventListener("pointerdown", () => (before = look()), true);
  addEventListener("click", () => compare([])); // what was only scrolled to is no change of the page
  // But what gives something away has to have stood still: a finger that scrolls falls on it by chance.
  addEventListener("scroll", () => before && document.querySelectorAll<HTMLElement>(GIVES).forEach(holdTaps), true);
  new MutationObserver(compare).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ["hidden", "open"] });
}
