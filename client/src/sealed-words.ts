/** <sealed-words>: opens words on this machine and shows them as text, never as markup. docs/client.md. */

import { Forged } from "./authorship";
import { opener, type Document } from "./opener";
import { neededRecord, type SealedThing } from "./record";
import { all, busy, fail, json, onGo, show } from "./texts";

export type Labels = Record<string, Record<string, string>>;

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string" && one !== "");

export class SealedWords extends HTMLElement {
  private readonly again = (): void => void this.openIfAlone();

  connectedCallback(): void {
    show(this, true);
    onGo(this, { open: () => void busy(this, () => this.open()), close: () => this.close() });
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
    for (const place of all(this, "[data-words],[data-answers]")) place.replaceChildren();
    for (const place of all(this, "[data-words]")) place.classList.add("words-hidden");
    for (const button of all(this, "[data-go=open]")) show(button, true);
    for (const button of all(this, "[data-go=close]")) show(button, false);
  }

  private async open(): Promise<void> {
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
    for (const place of all(this, "[data-words]")) {
      if (only && !only.includes("words")) continue;
      place.classList.remove("words-hidden");
      // Parts of one long story are cut anywhere: they are one text again before it falls into paragraphs.
      const words = documents.map((document) => texts(document["words"]).join("\n")).join("");
      place.append(...words.split(/\n+/).filter(Boolean).map(paragraph));
    }
    for (const list of all(this, "[data-answers]")) {
      for (const document of documents) list.append(...pairs(document, json<Labels | null>(this.dataset["labels"]) ?? {}, only));
    }
    for (const button of all(this, "[data-go=open]")) show(button, false);
    for (const button of all(this, "[data-go=close]")) show(button, true);
    this.dispatchEvent(new CustomEvent("opened", { bubbles: true, detail: { documents } }));
  }
}

const element = (name: string, words: string): HTMLElement => Object.assign(document.createElement(name), { textContent: words });

const paragraph = (words: string): HTMLElement => element("p", words);

/** Questions and answers with the page's words for them; a code without words is shown as it is. */
function pairs(opened: Document, labels: Labels, only: readonly string[] | undefined): HTMLElement[] {
  const said = { ...(opened["answers"] as object | undefined), ...(opened["fields"] as object | undefined) };
  return Object.entries(said)
    .filter(([name]) => !only || only.includes(name))
    .flatMap(([name, value]) => {
      const known = labels[name] ?? {};
      const row = document.createElement("div");
      row.append(element("dt", known[""] ?? name), ...texts(value).map((code) => element("dd", (code && known[code]) || code)));
      return [row];
    });
}
