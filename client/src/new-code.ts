/** <new-code>: a new code in the place of one that somebody else may know. docs/formats/receipt.md, "A new code". */

import { signCarried, signChange } from "./authorship";
import { base64, base64url, fromBase64, random, saltOf } from "./bytes";
import type { NewCode as Message } from "./generated";
import { post, Refused } from "./post";
import { make } from "./receipt";
import { copiedWell, hideReceipt, showReceipt } from "./receipt-shown";
import { pageRecord } from "./record";
import { open, recipientOf, seal, unwrap, wrap } from "./seal";
import { hold, holding } from "./session";
import { signingPublic } from "./sign";
import { stretchReceipt, type Stretched } from "./stretch";
import { all, busy, fail, focusOn, json, onGo, said, show } from "./texts";

/** Everything that the old code opens. */
interface Opened {
  salt: string;
  wraps: { of: string; sealed: string }[];
  openings: { number: number; sealed: string }[];
}

export class NewCode extends HTMLElement {
  private made: { code: string; receipt: Stretched; key: string } | undefined;

  connectedCallback(): void {
    show(this, true);
    onGo(this, { make: () => void busy(this, () => this.make()), change: () => void busy(this, () => this.change()) });
  }

  disconnectedCallback(): void {
    this.made = undefined;
    hideReceipt(this);
  }

  private get opened(): Opened {
    return json<Opened>(this.dataset["config"]);
  }

  private async make(): Promise<void> {
    fail(this, "");
    const held = holding();
    if (!held) return fail(this, "locked");
    const code = make();
    this.made = { code, receipt: await stretchReceipt(code, saltOf(this.opened.salt)), key: base64url(random(16)) };
    showReceipt(this, code, held.things);
    this.step("made");
  }

  /** Nothing changes before she has copied it: the old code would be gone, and the new one not there. */
  private async change(): Promise<void> {
    fail(this, "");
    const held = holding();
    if (!held || !this.made) return fail(this, "locked");
    if (!copiedWell(this, this.made.code)) return focusOn(this.querySelector<HTMLElement>("[data-retype-again]"));
    try {
      const message = await this.message(held.receipt);
      await post(said(this, "action"), JSON.stringify(message), this.dataset["csrf"] ?? "");
      const { code, receipt } = this.made;
      this.made = undefined;
      hideReceipt(this);
      hold({ code, things: held.things, receipt });
      this.step("done");
    } catch (error) {
      fail(this, error instanceof Refused ? error.code : "other");
    }
  }

  private async message(old: Stretched): Promise<Message> {
    const { receipt: fresh, key } = this.made!;
    const recipient = await recipientOf(fresh.identity);
    const signing = base64url(await signingPublic(fresh.signingSeed));
    const { words } = (await pageRecord())!;
    const { wraps, openings } = this.opened;
    return {
      v: 1,
      key,
      receipt: { locator: base64url(fresh.locator), recipient, signing },
      change: await signChange(old.signingSeed, recipient, signing),
      words: await signCarried(fresh.signingSeed, words, key),
      wraps: await Promise.all(wraps.map(async ({ of, sealed }) => ({ of, sealed: base64(await wrap(await unwrap(fromBase64(sealed), old.identity, of), recipient)) }))),
      openings: await Promise.all(openings.map(async ({ number, sealed }) => ({ number, sealed: base64(await seal(await open(fromBase64(sealed), old.identity), recipient)) }))),
    };
  }

  private step(name: string): void {
    for (const part of all(this, "[data-step]")) show(part, part.dataset["step"] === name);
    focusOn(this.querySelector<HTMLElement>(`[data-step=${name}] h2`));
  }
}
