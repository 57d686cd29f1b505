/** <new-code>: a new code in the place of one that somebody else may know. docs/formats/receipt.md, "A new code". */

import { herWords, signAgain, signChange } from "./authorship";
import { base64, base64url, fromBase64, saltOf } from "./bytes";
import type { NewCode as Message, Signed } from "./generated";
import { post, Refused } from "./post";
import { make } from "./receipt";
import { copiedWell, hideReceipt, showReceipt } from "./receipt-shown";
import { open, recipientOf, seal, unwrap, wrap } from "./seal";
import { hold, holding } from "./session";
import { signingPublic } from "./sign";
import { stretchReceipt, type Stretched } from "./stretch";
import { all, busy, fail, focusOn, json, onGo, said, show } from "./texts";

/** Everything that the old code signed and opens. */
interface Opened {
  statements: Signed[];
  wraps: { of: string; sealed: string }[];
  openings: { number: number; sealed: string }[];
}

const TRIES = 2;

export class NewCode extends HTMLElement {
  private made: { code: string; receipt: Stretched } | undefined;

  connectedCallback(): void {
    show(this, true);
    onGo(this, { make: () => void busy(this, () => this.make()), change: () => void busy(this, () => this.change()) });
  }

  disconnectedCallback(): void {
    this.made = undefined;
    hideReceipt(this);
  }

  private get config(): { salt: string; opened: Opened } {
    return json(this.dataset["config"]);
  }

  private async make(): Promise<void> {
    fail(this, "");
    const held = holding();
    if (!held) return fail(this, "locked");
    const code = make();
    this.made = { code, receipt: await stretchReceipt(code, saltOf(this.config.salt)) };
    showReceipt(this, code, held.things);
    this.step("made");
  }

  /** Nothing changes before she has copied it: the old code would be gone, and the new one not there. */
  private async change(): Promise<void> {
    fail(this, "");
    const held = holding();
    if (!held || !this.made) return fail(this, "locked");
    if (!copiedWell(this, this.made.code)) return focusOn(this.querySelector<HTMLElement>("[data-retype-again]"));
    const { code, receipt } = this.made;
    try {
      await this.deliver(held.receipt, receipt);
      this.made = undefined;
      hideReceipt(this);
      // What this page says of who wrote what is signed by the old code.
      document.getElementById("record")?.remove();
      hold({ code, things: held.things, receipt });
      this.step("done");
    } catch (error) {
      fail(this, error instanceof Refused ? error.code : "other");
    }
  }

  /** What was written since the page was loaded comes with the refusal: she has copied the code, so it is tried again. */
  private async deliver(old: Stretched, fresh: Stretched): Promise<void> {
    let { opened } = this.config;
    for (let again = TRIES; ; again--) {
      try {
        await post(said(this, "action"), JSON.stringify(await newCode(old, fresh, opened)), this.dataset["csrf"] ?? "");
        return;
      } catch (error) {
        if (!again || !(error instanceof Refused) || error.code !== "stale_number") throw error;
        opened = error.answer as unknown as Opened;
      }
    }
  }

  private step(name: string): void {
    for (const part of all(this, "[data-step]")) show(part, part.dataset["step"] === name);
    focusOn(this.querySelector<HTMLElement>(`[data-step=${name}] h2`));
  }
}

/** Throws Forged, CannotOpen: something there is not hers. */
export async function newCode(old: Stretched, fresh: Stretched, { statements, wraps, openings }: Opened): Promise<Message> {
  const recipient = await recipientOf(fresh.identity);
  const signing = base64url(await signingPublic(fresh.signingSeed));
  const words = await herWords(await signingPublic(old.signingSeed), statements);
  return {
    v: 1,
    receipt: { locator: base64url(fresh.locator), recipient, signing },
    change: await signChange(old.signingSeed, recipient, signing),
    words: await signAgain(fresh.signingSeed, words),
    wraps: await Promise.all(wraps.map(async ({ of, sealed }) => ({ of, sealed: base64(await wrap(await unwrap(fromBase64(sealed), old.identity, of), recipient)) }))),
    openings: await Promise.all(openings.map(async ({ number, sealed }) => ({ number, sealed: base64(await seal(await open(fromBase64(sealed), old.identity), recipient)) }))),
  };
}
