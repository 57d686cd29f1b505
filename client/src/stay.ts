/**
 * Keeps one document alive: pages are fetched and their <main> is put in place of this one, so that a key in memory
 * outlives a click. Nothing is added to the history.
 */

import { focusOn } from "./texts";

let staying: () => boolean = () => false;

/** From now on, while `wanted()` says so. */
export function stay(wanted: () => boolean): void {
  staying = wanted;
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
  if (event.defaultPrevented || form.target || "reload" in form.dataset || !ours(form.action) || !staying()) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  // Text fields only: files are sealed first and never posted by a form.
  const said = new URLSearchParams([...fields].map(([name, value]) => [name, String(value)]));
  const reads = form.method === "get";
  void goTo(reads ? `${form.action.split("?")[0]}?${said}` : form.action, reads ? undefined : said);
}

/** Shows another page of this site here, or leaves for it when nothing has to stay. */
export async function goTo(address: string, said?: URLSearchParams): Promise<void> {
  if (!ours(address)) throw new Error("not a page of this site");
  if (!staying() && !said) return location.assign(address);
  const asked: RequestInit = said ? { method: "POST", body: said } : {};
  const response = await fetch(address, { ...asked, credentials: "same-origin", headers: { Accept: "text/html" } }).catch(() => undefined);
  const page = response?.headers.get("Content-Type")?.startsWith("text/html") ? await response.text() : undefined;
  // What is no page (a file, a broken connection) is left to the browser; a form is not sent twice for that.
  if (page === undefined) return said ? undefined : location.assign(address);
  put(new DOMParser().parseFromString(page, "text/html"), response!.url);
}

function put(page: Document, address: string): void {
  const main = page.querySelector("main");
  const place = document.querySelector("main");
  if (!main || !place) return location.assign(address);
  document.title = page.title;
  place.replaceWith(document.importNode(main, true));
  // Dialogue that belongs to the shell (menu, messages, who is signed in) comes along where both pages have it.
  for (const part of ["header", ".messages"]) {
    const [old, fresh] = [document.querySelector(`body > ${part}`), page.querySelector(`body > ${part}`)];
    if (old && fresh) old.replaceWith(document.importNode(fresh, true));
    else if (old && part === ".messages") old.remove();
    else if (fresh) document.querySelector("main")!.before(document.importNode(fresh, true));
  }
  history.replaceState(null, "", address);
  document.dispatchEvent(new CustomEvent("page"));
  scrollTo(0, 0);
  focusOn(document.querySelector<HTMLElement>("main [autofocus],main h1"));
}
