/** A code on the page, to be copied by hand: six groups of four digits, twelve things. It covers itself after a minute. */

import { drawn } from "./drawn";
import { groups, toThings, type Things } from "./receipt";
import { all, focusOn, show } from "./texts";

const SHOWN_MS = 60_000;

/** The places that show a code, and when they cover it. */
const timers = new Map<HTMLElement, ReturnType<typeof setTimeout>>();

const text = (words: string): Node => document.createTextNode(words);

/** A picture for the eyes only; nothing where this phone would draw an empty box. */
function picture(shown: string): HTMLElement {
  const place = Object.assign(document.createElement("span"), { textContent: drawn(shown) ? shown : "" });
  place.setAttribute("aria-hidden", "true");
  return place;
}

function fill(element: HTMLElement, selector: string, parts: Node[][]): void {
  for (const list of all(element, selector)) {
    list.lang = document.documentElement.lang;
    parts.forEach((part, i) => (list.children[i] ?? list.appendChild(document.createElement("li"))).replaceChildren(...part.map((one) => one.cloneNode(true))));
  }
}

function cover(element: HTMLElement, covered: boolean): void {
  clearTimeout(timers.get(element));
  for (const part of all(element, "[data-receipt-seen]")) show(part, !covered);
  for (const part of all(element, "[data-receipt-covered]")) show(part, covered);
  if (!covered) timers.set(element, setTimeout(() => cover(element, true), SHOWN_MS));
}

// Whoever looks over the open apps sees no code.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const element of timers.keys()) cover(element, true);
});

/** Shows it for a minute, and for another one whenever she presses `[data-receipt-again]`. Called again it starts anew. */
export function showReceipt(element: HTMLElement, code: string, things: Things): void {
  fill(element, "[data-receipt-digits]", groups(code).map((group) => [text(group)]));
  const kept = toThings(code, things, document.documentElement.lang);
  fill(element, "[data-receipt-things]", kept.map((thing) => [picture(thing.picture), text(` ${thing.name}`)]));
  for (const again of all(element, "[data-receipt-again]")) {
    again.onclick = () => {
      cover(element, false);
      focusOn(element.querySelector<HTMLElement>("[data-receipt-seen]"));
    };
  }
  cover(element, false);
}

/** Takes the code out of the page. */
export function hideReceipt(element: HTMLElement): void {
  cover(element, false);
  clearTimeout(timers.get(element));
  timers.delete(element);
  for (const place of all(element, "[data-receipt-digits] li,[data-receipt-things] li")) place.textContent = "";
}

/** Was the last group copied well? Says so on the page. */
export function copiedWell(element: HTMLElement, code: string): boolean {
  const good = element.querySelector<HTMLInputElement>("input[data-retype]")?.value.replace(/\D/g, "") === code.slice(-4);
  for (const part of all(element, "[data-retype-good]")) part.hidden = !good;
  for (const part of all(element, "[data-retype-again]")) part.hidden = good;
  return good;
}
