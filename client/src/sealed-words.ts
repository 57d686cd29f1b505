/** <sealed-words>: opens words on this machine and shows them as text, never as markup. docs/client.md. */

import { Forged } from "./authorship";
import { opener, type Document } from "./opener";
import { neededRecord, type SealedThing } from "./record";
import { all, busy, fail, json, onGo, show } from "./texts";

export type Labels = Record<string, Record<string, string>>;

const MOST_PARAGRAPHS = 200;
const MOST_LETTERS = 20_000;
/** Questions, and codes of one question: no form has as many. */
const MOST_ANSWERS = 60;

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string" && one !== "");

export class SealedWords extends HTMLElement {
  private readonly again = (): void => void this.openIfAlone();
  private rest: string[] = [];

  connectedCallback(): void {
    show(this, true);
    onGo(this, { open: () => void busy(this, () => this.open()), close: () => this.close(), more: () => this.more() });
    document.addEventListener("keyring", this.again);
    this.again();
  }

  disconnectedCallback(): void {
    document.removeEventListener("keyring", this.again);
  }

  private async openIfAlone(): Promise<void> {
    if (!opener().ready()) return this.close();
    if (!this.querySelector("[data-go=open]")) await this.open();
  }

  private close(): void {
    this.rest = [];
    for (const place of all(this, "[data-words],[data-answers]")) place.replaceChildren();
    for (const place of all(this, "[data-words]")) place.classList.add("words-hidden");
    for (const button of all(this, "[data-go=open]")) show(button, true);
    for (const button of all(this, "[data-go=close],[data-go=more]")) show(button, false);
  }

  private async open(): Promise<void> {
    show(this, true);
    fail(this, "");
    if (!opener().ready()) return fail(this, "locked");
    try {
      const thing = JSON.parse(this.querySelector("script[type='application/json']")!.textContent!) as SealedThing;
      // What shows nothing (a row of the queue) needs nobody's signature.
      const record = await (this.querySelector("[data-words],[data-answers]") ? neededRecord() : undefined);
      const documents = await opener().open(thing.wraps, thing.sealed);
      if ("whole" in this.dataset) record?.checkWhole(thing.wraps[thing.wraps.length - 1]?.of ?? "", [thing]);
      this.reveal(record ? await record.authored(documents, thing) : documents);
    } catch (error) {
      fail(this, error instanceof Forged ? "forged" : opener().ready() ? "broken" : "locked");
    }
  }

  private reveal(documents: Document[]): void {
    this.close();
    if (!opener().ready()) return; // locked meanwhile
    const only = this.dataset["only"]?.split(" ");
    if (!only || only.includes("words")) {
      // Parts of one long story are cut anywhere: they are one text again before it falls into paragraphs.
      this.rest = documents.map((document) => texts(document["words"]).join("\n")).join("").split(/\n+/).filter(Boolean);
      for (const place of all(this, "[data-words]")) place.classList.remove("words-hidden");
      this.more();
    }
    for (const list of all(this, "[data-answers]")) {
      for (const document of documents) list.append(...pairs(document, json<Labels | null>(this.dataset["labels"]) ?? {}, only));
    }
    // The page says it once where none of several have anything of what is asked for.
    if (only) show(this, this.querySelector("[data-words] > *, [data-answers] > *") !== null);
    for (const button of all(this, "[data-go=open]")) show(button, false);
    for (const button of all(this, "[data-go=close]")) show(button, true);
    this.dispatchEvent(new CustomEvent("opened", { bubbles: true, detail: { documents } }));
  }

  /** The next piece of the words. Where the page has no button for it there is one piece. */
  private more(): void {
    const buttons = all(this, "[data-go=more]");
    const next = buttons.length ? beginning(this.rest, MOST_PARAGRAPHS, MOST_LETTERS) : this.rest.splice(0);
    for (const place of all(this, "[data-words]")) place.append(...next.map(paragraph));
    for (const button of buttons) show(button, this.rest.length > 0);
  }
}

/** The first `letters` of what is left, at most so many paragraphs of it; they are taken out of `rest`. */
function beginning(rest: string[], paragraphs: number, letters: number): string[] {
  const shown: string[] = [];
  for (let room = letters; rest.length && room > 0 && shown.length < paragraphs; room -= shown[shown.length - 1]!.length) {
    const next = rest.shift()!;
    shown.push(next.slice(0, room));
    if (next.length > room) rest.unshift(next.slice(room));
  }
  return shown;
}

const element = (name: string, words: string): HTMLElement => Object.assign(document.createElement(name), { textContent: words });

const paragraph = (words: string): HTMLElement => element("p", words);

/** Questions and answers with the page's words for them; a code without words is shown as it is. */
function pairs(opened: Document, labels: Labels, only: readonly string[] | undefined): HTMLElement[] {
  const said = { ...(opened["answers"] as object | undefined), ...(opened["fields"] as object | undefined) };
  return Object.entries(said)
    .filter(([name]) => !only || only.includes(name))
    .slice(0, MOST_ANSWERS)
    .flatMap(([name, value]) => {
      const known = labels[name] ?? {};
      const row = document.createElement("div");
      row.append(element("dt", known[""] ?? name), ...texts(value).slice(0, MOST_ANSWERS).map((code) => element("dd", (code && known[code]) || code)));
      return [row];
    });
}
