/** <receipt-visit>, <consent-change>, <proof-file>, <forget-receipt>: coming back with a code. docs/client.md, docs/formats/visit.md. */

import { readStep } from "./authorship";
import { base64, base64url, fromBase64, saltOf, text, utf8 } from "./bytes";
import { answerChallenge } from "./challenge";
import { addOpening, openedLeaf } from "./evidence";
import { aboutOfficial, type Told } from "./envelope";
import { endVisit } from "./exit";
import type { ChallengeAnswer, GrantChange, LeafIn, Locator } from "./generated";
import { signGrant } from "./grant";
import { post, Refused } from "./post";
import { BadReceipt, normalise, type Things } from "./receipt";
import { recordData } from "./record";
import { CannotOpen, open } from "./seal";
import { forget, hold, holding } from "./session";
import { goTo } from "./stay";
import { stretchReceipt } from "./stretch";
import { all, busy, clearFields, fail, focusOn, json, onGo, said, show } from "./texts";
import { canSeal } from "./words";

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

  private async open(): Promise<void> {
    fail(this, "");
    try {
      const next = await this.visit();
      clearFields(this);
      await goTo(next);
    } catch (error) {
      this.explain(error);
    }
  }

  private explain(error: unknown): void {
    if (error instanceof BadReceipt) return fail(this, error.reason, error.place || undefined);
    // A challenge that does not open: the code is another one, or there is no such report. Both are said alike.
    if (error instanceof CannotOpen) return fail(this, "unknown");
    if (error instanceof Refused) return fail(this, error.code, Number(error.answer["wait"]) || undefined);
    fail(this, "other");
  }

  private async visit(): Promise<string> {
    const { salt, things } = json<Configuration>(this.dataset["config"] ?? "visit-config");
    const code = normalise(this.querySelector<HTMLInputElement>("[data-code]")?.value ?? "", things);
    const receipt = await stretchReceipt(code, saltOf(salt));
    const csrf = this.dataset["csrf"] ?? "";
    const locator: Locator = { locator: base64url(receipt.locator) };
    const asked = await post(said(this, "open"), JSON.stringify(locator), csrf);
    const ticket = String(asked["ticket"]);
    const answer = await this.answer(fromBase64(String(asked["challenge"])), receipt, ticket);
    const opened = await this.prove({ ticket, answer: base64url(answer) });
    hold({ code, things, receipt });
    return String(opened["next"]);
  }

  /** A code that does not fit is told to the server too, or it could not let the wait grow. */
  private async answer(challenge: Uint8Array<ArrayBuffer>, receipt: { identity: string; locator: Uint8Array<ArrayBuffer> }, ticket: string): Promise<Uint8Array> {
    try {
      return await answerChallenge(challenge, receipt.identity, receipt.locator, ticket);
    } catch (error) {
      await this.prove({ ticket, answer: base64url(new Uint8Array(32)) });
      throw error;
    }
  }

  private prove(answer: ChallengeAnswer): Promise<Record<string, unknown>> {
    return post(said(this, "answer"), JSON.stringify(answer), this.dataset["csrf"] ?? "");
  }
}

export class ConsentChange extends HTMLElement {
  private opened = false;
  private aboutOfficial = false;
  private readonly look = (event: Event): void => {
    const { documents } = (event as CustomEvent<{ documents: { answers?: Told }[] }>).detail;
    this.opened = true;
    this.aboutOfficial ||= documents.some(({ answers }) => aboutOfficial(answers ?? {}, this.dataset["officials"]!.split(" ")));
    if (this.aboutOfficial) fail(this, "official");
  };

  connectedCallback(): void {
    show(this, true);
    onGo(this, { send: () => void busy(this, () => this.send(Number(this.dataset["n"]))) });
    if (this.dataset["officials"]) document.addEventListener("opened", this.look);
  }

  disconnectedCallback(): void {
    document.removeEventListener("opened", this.look);
  }

  /** Once more by itself where another page of hers was quicker: what she pressed here is her last word. */
  private async send(n: number, again = true): Promise<void> {
    fail(this, "");
    const held = holding();
    if (!held) return fail(this, "locked");
    const { scope, receiver, items, given, day, until, text: wording, officials } = this.dataset;
    // What she told has to be looked at first, as long as there is something: it may be about one of them.
    if (this.aboutOfficial) return fail(this, "official");
    if (officials && !this.opened && document.querySelector("main sealed-words")) return fail(this, "other");
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

interface SealedOpening {
  policy: string;
  sealed: string;
}

/** Her proof. No row says which leaf is hers: her receipt opens the opening, and the log is asked for the leaf that it names. */
export class ProofFile extends HTMLElement {
  private file = "";

  connectedCallback(): void {
    show(this, true);
    onGo(this, { save: () => offer(this.file, this.dataset["name"] ?? "proof.tlog-proof"), ask: () => void busy(this, () => this.ask()) });
    void busy(this, () => this.ask());
  }

  private async ask(): Promise<void> {
    fail(this, "");
    const held = holding();
    if (!held) return fail(this, "locked");
    try {
      const { policy, sealed } = JSON.parse(this.querySelector("script[type='application/json']")!.textContent!) as SealedOpening;
      const { opening } = await readStep(text(await open(fromBase64(sealed), held.receipt.identity)), recordData());
      const { data, hash, day } = await openedLeaf(opening);
      const asked: LeafIn = { v: 1, leaf: base64url(data), day };
      const { standing, proof } = await post(said(this, "action"), JSON.stringify(asked), this.dataset["csrf"] ?? "");
      this.file = proof ? addOpening(String(proof), opening, policy) : "";
      this.tell(String(standing), base64(hash));
    } catch (error) {
      show(this.querySelector("[data-again]"), true);
      fail(this, error instanceof Refused ? error.code : "broken");
    }
  }

  private tell(standing: string, hash: string): void {
    for (const words of all(this, "[data-leaf]")) words.textContent = hash;
    for (const words of all(this, "[data-standing]")) show(words, words.dataset["standing"] === standing);
    show(this.querySelector("[data-again]"), false);
    show(this.querySelector("[data-told]"), true);
    show(this.querySelector("[data-ready]"), this.file !== "");
  }
}

function offer(content: string, name: string): void {
  const address = URL.createObjectURL(new Blob([utf8(content)], { type: "application/octet-stream" }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export class ForgetReceipt extends HTMLElement {
  connectedCallback(): void {
    show(this, true);
    onGo(this, {
      forget: () => {
        endVisit();
        forget();
        location.replace(this.dataset["next"] ?? "/");
      },
    });
  }
}

/** After the key is gone, the page says so and asks for the code again. */
export function sayWhenForgotten(): void {
  document.addEventListener("keyring", () => {
    if (!holding()) focusOn(document.querySelector<HTMLElement>("[data-when-locked]"));
  });
}
