/**
 * Back, of the phone or the browser, stays in this document: one entry of the same address is added to the history at
 * the first tap or key (browsers skip entries that nobody's hand added), and Back is answered here.
 */

const GUARD = "guard";
const NEUTRAL = "/";
/** A browser that does not tell of the step back is not waited for any longer. */
const UNWOUND_MS = 300;

let answer: (() => boolean) | undefined;
let leaving = false;
let watching = false;

const guarded = (): boolean => !!(history.state as { [GUARD]?: true } | null)?.[GUARD];

function guard(): void {
  if (answer && !leaving && !guarded()) history.pushState({ [GUARD]: true }, "");
}

function onPop(): void {
  if (leaving || !answer || guarded()) return;
  // Forward again instead of a new entry: no hand has touched this one, and the browser would skip it.
  if (answer()) history.go(1);
  else history.back();
}

/** `back` is called at each press of Back: true when something was done here, false to leave this page. Nothing is
 * called from now on where there is none. */
export function watchBack(back: (() => boolean) | undefined): void {
  if (!watching) {
    watching = true;
    for (const type of ["pointerup", "keydown"]) addEventListener(type, guard, true);
    addEventListener("popstate", onPop);
    // Also where another script of this page has the way out.
    document.addEventListener("leaving", () => (leaving = true));
  }
  answer = back;
}

/** Leaves as Back would have, after the page asked. Where nothing was before it, goes to `instead`. */
export function goBackOut(instead: string): void {
  leaving = true;
  const steps = guarded() ? 2 : 1;
  if (history.length > steps) history.go(-steps);
  else location.replace(instead);
}

/** Before the way out: back to the entry that was here first, and the added one says the front page's address. */
export function unwind(): Promise<void> {
  leaving = true;
  if (!guarded()) return Promise.resolve();
  history.replaceState(null, "", NEUTRAL);
  return new Promise((resolve) => {
    addEventListener("popstate", () => resolve(), { once: true });
    setTimeout(resolve, UNWOUND_MS);
    history.go(-1);
  });
}
