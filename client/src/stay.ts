/**
 * Keeps one document alive: pages are fetched and their <main> is put in place of this one, so that a key in memory
 * outlives a click. Nothing is added to the history.
 */

import { holdTaps } from "./second-tap";
import { focusOn, show } from "./texts";

type Proof = (element: HTMLElement) => Promise<Record<string, string>>;

let staying: () => boolean = () => false;
let newest = 0;
let prove: Proof = () => Promise.resolve({});
let ask = (): Record<string, string> => ({});
let before: string[] = [];

/** The headers with which what is posted out of this element shows that the key is open. */
export const proofFor: Proof = (element) => prove(element);

/** From now on, while `wanted()` says so. `headers` go along with everything that is asked for. */
export function stay(wanted: () => boolean, proof: Proof = prove, headers = ask): void {
  staying = wanted;
  prove = proof;
  ask = headers;
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
}

const ours = (address: string): boolean => new URL(address, location.href).origin === location.origin;

function onClick(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const leaves = link.target || link.hasAttribute("download") || "leave" in link.dataset || "reload" in link.dataset;
  const onThisPage = link.hash && link.pathname === location.pathname && link.search === location.search;
  if (leaves || onThisPage || !ours(link.href) || !staying()) return;
  event.preventDefault();
  void goTo(link.href);
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const button = event.submitter as HTMLButtonElement | null;
  // By attribute: a field may be called "action" and would stand in the property's place.
  const address = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
  if (event.defaultPrevented || form.target || "reload" in form.dataset || !ours(address) || !staying()) return;
  event.preventDefault();
  const fields = [...new FormData(form)];
  if (button?.name) fields.push([button.name, button.value]);
  // Text fields only: files are sealed first and never posted by a form.
  const said = new URLSearchParams(fields.map(([name, value]) => [name, String(value)]));
  if (form.method === "get") void goTo(`${address.split("?")[0]}?${said}`);
  else if (!form.hasAttribute("aria-busy")) void sendForm(form, address, said);
}

/** Once, however often it is pressed. */
async function sendForm(form: HTMLFormElement, address: string, said: URLSearchParams): Promise<void> {
  form.setAttribute("aria-busy", "true");
  await goTo(address, said, await prove(form));
  form.removeAttribute("aria-busy");
}

/** Shows another page of this site here, or leaves for it when nothing has to stay. */
export async function goTo(address: string, said?: URLSearchParams, more: Record<string, string> = {}): Promise<void> {
  if (!ours(address)) throw new Error("not a page of this site");
  if (!staying() && !said) return location.assign(address);
  const mine = ++newest;
  const asked: RequestInit = said ? { method: "POST", body: said } : {};
  const response = await fetch(address, { ...asked, credentials: "same-origin", headers: { Accept: "text/html", ...ask(), ...more } }).catch(() => undefined);
  const page = response?.headers.get("Content-Type")?.startsWith("text/html") ? await response.text().catch(() => undefined) : undefined;
  if (mine !== newest) return; // a page that was asked for later stands, however slow this one was
  const locked = response?.headers.get("X-Locked");
  if (locked) return void document.dispatchEvent(new CustomEvent("locked", { detail: locked }));
  // Whether a form arrived is not known then; it is never sent again by itself.
  if (page === undefined) return said ? void sayLost("[data-lost]") : sayWeak(address);
  put(new DOMParser().parseFromString(page, "text/html"), response!.url);
}

/** Back, in the pages that took each other's place: false at the first one. */
export function backOne(): boolean {
  const address = before[before.length - 1];
  if (address !== undefined) void goTo(address);
  return address !== undefined;
}

/** The way back is the address before this page; going there takes it off. */
function walked(to: string): void {
  const from = location.href;
  if (to === before[before.length - 1]) before.pop();
  else if (to !== from) before.push(from);
}

/** No page came: this one stays with everything in it, and says so where it has words for it. */
function sayWeak(address: string): void {
  if (!sayLost("[data-weak]")) location.assign(address);
}

function sayLost(where: string): boolean {
  const told = document.querySelector<HTMLElement>(where);
  show(told, true);
  focusOn(told);
  return !!told;
}

function put(page: Document, address: string): void {
  const main = page.querySelector("main");
  const place = document.querySelector("main");
  if (!main || !place) return sayWeak(address);
  document.dispatchEvent(new CustomEvent("turn"));
  const inOtherWords = page.documentElement.lang !== document.documentElement.lang;
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  const shown = document.importNode(main, true);
  place.replaceWith(shown);
  holdTaps(shown);
  swapShell(page);
  // The door and the form are no pages of the visit.
  if (!inOtherWords && !place.querySelector("[data-forget],sealed-form")) walked(address);
  history.replaceState(history.state, "", address);
  addMissing(page);
  document.dispatchEvent(new CustomEvent("page"));
  scrollTo(0, 0);
  focusOn(document.querySelector<HTMLElement>("main [autofocus],main h1"));
}

/** What stands around <main> and tells of it: menu, lock, messages. */
function swapShell(page: Document): void {
  for (const part of ["header", ".messages"]) {
    const old = document.querySelector(`body > ${part}`);
    const fresh = page.querySelector(`body > ${part}`);
    if (old && fresh) old.replaceWith(document.importNode(fresh, true));
    else if (fresh) document.querySelector("main")!.before(document.importNode(fresh, true));
    else if (part === ".messages") old?.remove();
  }
}

/** Scripts and styles that this document does not have yet. A script of a parsed page does not run by itself. */
function addMissing(page: Document): void {
  const address = (element: Element): string => new URL(element.getAttribute("src") ?? element.getAttribute("href")!, location.href).href;
  const here = new Set([...document.querySelectorAll("script[src],link[rel=stylesheet]")].map(address));
  for (const element of page.querySelectorAll("script[src],link[rel=stylesheet]")) {
    if (here.has(address(element))) continue;
    const fresh = document.createElement(element.localName);
    for (const { name, value } of element.attributes) fresh.setAttribute(name, value);
    document.head.append(fresh);
  }
}
