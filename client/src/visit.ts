/** <receipt-visit>, <consent-change>, <forget-receipt>: coming back with a code. docs/client.md, docs/formats/visit.md. */

import { base64url, fromBase64, saltOf } from "./bytes";
import { answerChallenge } from "./challenge";
import { aboutChild, aboutOfficial, type Told } from "./envelope";
import { leave } from "./exit";
import type { ChallengeAnswer, GrantChange, Locator } from "./generated";
import { signGrant } from "./grant";
import { post, Refused } from "./post";
import { BadReceipt, check, meansDigits, normalise, type Things } from "./receipt";
import { recordData } from "./record";
import { CannotOpen } from "./seal";
import { announce, forget, hold, holding } from "./session";
import { goTo } from "./stay";
import { stretchReceipt } from "./stretch";
import { all, busy, clearFields, fail, focusOn, json, onGo, said, show } from "./texts";
import { canSeal } from "./words";

const DIGITS = 24;

interface Configuration {
  salt: string;
  things: Things;
}

export class ReceiptVisit extends HTMLElement {
  connectedCallback(): void {
    show(this, true);
    if (!canSeal()) return fail(this, "unsupported");
    this.addEventListener("submit", (event) => event.preventDefault());
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.target as Element).matches("[data-code]")) return;
      event.preventDefault();
      this.querySelector<HTMLButtonElement>("[data-go=open]")?.click();
    });
    onGo(this, { open: () => void busy(this, () => this.open()) });
    addEventListener("pagehide", () => clearFields(this));
  }

  private get typed(): string {
    return this.querySelector<HTMLInputElement>("[data-code]")?.value ?? "";
  }

  /** What was tapped on the board, where there is one: it comes with another script. */
  private get tapped(): string {
    return this.querySelector<HTMLElement & { code?: string }>("things-board")?.code ?? "";
  }

  private async open(): Promise<void> {
    fail(this, "");
    try {
      const { salt, things } = json<Configuration>(this.dataset["config"] ?? "receipt-config");
      const { tapped } = this;
      if (tapped && !check(tapped)) throw new BadReceipt(tapped.length < DIGITS ? "length" : "check");
      const next = await enter(tapped || normalise(this.typed, things), { salt, things }, this);
      clearFields(this);
      // Where the page was locked she goes on with that page.
      await withDrafts(() => goTo("here" in this.dataset ? location.href : next));
      announce(); // also where no page came: then this one says so
    } catch (error) {
      this.explain(error);
    }
  }

  private explain(error: unknown): void {
    if (error instanceof BadReceipt) {
      const { reason, place } = error;
      return fail(this, reason === "word" ? reason : `${reason}_${meansDigits(this.typed) ? "digits" : "things"}`, place || undefined);
    }
    // A challenge that does not open: the code is another one, or there is no such report. Both are said alike.
    if (error instanceof CannotOpen) return fail(this, "unknown");
    if (error instanceof Refused) return fail(this, error.code, Number(error.answer["wait"]) || undefined);
    fail(this, "other");
  }
}

/** Opens the visit with this code; where it leads to. `door` has the addresses to ask. Throws CannotOpen, Refused. */
async function enter(code: string, { salt, things }: Configuration, door: HTMLElement): Promise<string> {
  const receipt = await stretchReceipt(code, saltOf(salt));
  const prove = (answer: ChallengeAnswer): ReturnType<typeof post> => post(said(door, "answer"), JSON.stringify(answer), "");
  const locator: Locator = { locator: base64url(receipt.locator) };
  const asked = await post(said(door, "open"), JSON.stringify(locator), "");
  const ticket = String(asked["ticket"]);
  const answer = await answerChallenge(fromBase64(String(asked["challenge"])), receipt.identity, receipt.locator, ticket).catch(async (error: unknown) => {
    // A code that does not fit is told to the server too, or it could not let the wait grow.
    await prove({ ticket, answer: base64url(new Uint8Array(32)) });
    throw error;
  });
  const opened = await prove({ ticket, answer: base64url(answer) });
  hold({ code, things, receipt });
  return String(opened["next"]);
}

/** What writes, and can hand over what was written there to its heir in the next page. */
type Writes = HTMLElement & { take?(): string; put?(draft: string): void };
const WRITES = "main tell-later";

/** Whose report the page is about, as far as it says so. */
const whose = (): string => (document.getElementById("record") ? recordData().record : "");

/** Another page is put in place, and what she was writing stands in it: never under another code. */
async function withDrafts(change: () => Promise<void>): Promise<void> {
  const hers = whose();
  const drafts = all<Writes>(document, WRITES).map((element) => [element.localName, element.take?.() ?? ""] as const);
  await change();
  if (whose() !== hers) return;
  for (const [name, draft] of drafts) if (draft) document.querySelector<Writes>(`main ${name}`)?.put?.(draft);
}

interface Came {
  code: string;
  /** Where the page is at which a code is typed. */
  door: string;
  failed(): void;
}

/** Whoever has just sent a report goes on behind its code without typing it: `came` on the document. */
export function openForWhoCame(): void {
  document.addEventListener("came", (event) => {
    const { code, door, failed } = (event as CustomEvent<Came>).detail;
    void comeIn(code, door).catch(failed);
  });
}

async function comeIn(code: string, door: string): Promise<void> {
  const response = await fetch(door, { credentials: "same-origin", headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const place = page.querySelector<HTMLElement>("receipt-visit")!;
  const config = JSON.parse(page.getElementById(place.dataset["config"]!)!.textContent!) as Configuration;
  await goTo(await enter(code, config, place));
}

export class ConsentChange extends HTMLElement {
  private readonly opened = new Set<EventTarget | null>();
  /** Why she is not asked this, in what she told: an official, or a child. */
  private never = "";
  private readonly look = (event: Event): void => {
    const { documents } = (event as CustomEvent<{ documents: { answers?: Told }[] }>).detail;
    this.opened.add(event.target);
    const { officials, grown } = this.dataset;
    for (const { answers = {} } of documents) {
      if (officials && aboutOfficial(answers, officials.split(" "))) this.never ||= "official";
      if (grown !== undefined && aboutChild(answers)) this.never = "child";
    }
    if (this.never) fail(this, this.never);
  };

  connectedCallback(): void {
    show(this, true);
    onGo(this, { send: () => void busy(this, () => this.send(Number(this.dataset["n"]))) });
    if (this.looks) document.addEventListener("opened", this.look);
  }

  disconnectedCallback(): void {
    document.removeEventListener("opened", this.look);
  }

  private get looks(): boolean {
    return !!this.dataset["officials"] || "grown" in this.dataset;
  }

  /** Once more by itself where another page of hers was quicker: what she pressed here is her last word. */
  private async send(n: number, again = true): Promise<void> {
    fail(this, "");
    const held = holding();
    if (!held) return fail(this, "locked");
    const { scope, receiver, items, given, day, until, text: wording } = this.dataset;
    // All that she told has to be looked at first, as long as there is something: it may be about one of them.
    if (this.never) return fail(this, this.never);
    if (this.looks && !all(document, "main sealed-words").every((part) => this.opened.has(part))) return fail(this, "other");
    const grant = {
      scope: scope!,
      receiver: receiver || null,
      items: (items ?? "").split(" ").filter(Boolean),
      given: given === "true",
      n,
      day: day!,
      until: until || null,
      text: wording!,
    };
    try {
      const change: GrantChange = { v: 1, grant: await signGrant(grant, held.receipt.signingSeed) };
      const { next, row, told } = await post(said(this, "action"), JSON.stringify(change), this.dataset["csrf"] ?? "");
      const lines = (told ?? []) as string[];
      tellChange(this, lines); // it is done, also when the next page does not come
      await goTo(String(next));
      const rows = all(document, "[data-consent]");
      tellChange(rows.find((one) => one.dataset["consent"] === row) ?? rows[0], lines);
    } catch (error) {
      if (again && error instanceof Refused && error.code === "stale_number") return this.send(Number(error.answer["n"]), false);
      fail(this, error instanceof Refused ? error.code : "other");
    }
  }
}

/** What the server says of a change: shown where it belongs, announced and led to. */
function tellChange(root: HTMLElement | undefined, lines: string[]): void {
  const place = root?.querySelector<HTMLElement>("[data-told]");
  if (!place) return;
  show(place, true);
  place.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  place.scrollIntoView({ block: "center" });
  focusOn(place);
}

export class ForgetReceipt extends HTMLElement {
  connectedCallback(): void {
    show(this, true);
    if ("now" in this.dataset) forget();
    onGo(this, { forget: () => leave(this.dataset["next"] ?? "/") });
  }
}

/** After the key is gone, the page says so and asks for the code again. */
export function sayWhenForgotten(): void {
  document.addEventListener("keyring", () => {
    if (!holding()) focusOn(document.querySelector<HTMLElement>("[data-when-locked]"));
  });
}
