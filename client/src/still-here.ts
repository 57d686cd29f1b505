/** Tells the server that somebody is at work on a page that asks nothing of it: a long answer must not end the session. */

const AT_MOST_EVERY_MS = 5 * 60_000;

/** From now on each key or press counts, told at most once in five minutes. What was pressed is not told. */
export function tellOfActivity(): void {
  const address = document.body.dataset["stillHere"];
  if (!address) return;
  let told = performance.now();
  const tell = (): void => {
    if (performance.now() - told < AT_MOST_EVERY_MS) return;
    told = performance.now();
    void fetch(address, { credentials: "same-origin", redirect: "manual" }).catch(() => undefined);
  };
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, tell, { passive: true });
}
