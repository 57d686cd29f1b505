/** A code on the page, to be copied by hand: six groups of four digits, twelve things. */

import { groups, toThings, type Things } from "./receipt";
import { all } from "./texts";

const text = (words: string): Node => document.createTextNode(words);

function picture(shown: string): HTMLElement {
  const place = Object.assign(document.createElement("span"), { textContent: shown });
  place.setAttribute("aria-hidden", "true");
  return place;
}

function fill(element: HTMLElement, selector: string, parts: Node[][]): void {
  for (const list of all(element, selector)) {
    parts.forEach((part, i) => (list.children[i] ?? list.appendChild(document.createElement("li"))).replaceChildren(...part));
  }
}

export function showReceipt(element: HTMLElement, code: string, things: Things): void {
  fill(element, "[data-receipt-digits]", groups(code).map((group) => [text(group)]));
  const drawn = toThings(code, things, document.documentElement.lang);
  fill(element, "[data-receipt-things]", drawn.map((thing) => [picture(thing.picture), text(` ${thing.name}`)]));
}

export function hideReceipt(element: HTMLElement): void {
  for (const place of all(element, "[data-receipt-digits] li,[data-receipt-things] li")) place.textContent = "";
}

/** Was the last group copied well? Says so on the page. */
export function copiedWell(element: HTMLElement, code: string): boolean {
  const good = element.querySelector<HTMLInputElement>("input[data-retype]")?.value.replace(/\D/g, "") === code.slice(-4);
  for (const part of all(element, "[data-retype-good]")) part.hidden = !good;
  for (const part of all(element, "[data-retype-again]")) part.hidden = good;
  return good;
}
