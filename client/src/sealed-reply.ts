/** <sealed-reply>: a message, sealed to the thread's key. Both sides use it. docs/client.md. */

import { base64url, random } from "./bytes";
import { MAX_WORDS } from "./generated";
import { Forged } from "./authorship";
import { opener } from "./opener";
import { post, Refused } from "./post";
import { goTo } from "./stay";
import { all, busy, clearFields, fail, onGo, said, show } from "./texts";

/** What must not be in a message: the receipt code, when one is open here. */
let givesAway: (words: string) => boolean = () => false;
export const refuseWords = (check: (words: string) => boolean): void => {
  givesAway = check;
};

export class SealedReply extends HTMLElement {
  private sent: { words: string; body: string } | undefined;

  connectedCallback(): void {
    show(this, true);
    this.addEventListener("submit", (event) => event.preventDefault());
    onGo(this, { send: () => void busy(this, () => this.send()) });
    addEventListener("pagehide", () => clearFields(this));
  }

  private get words(): string {
    return all<HTMLTextAreaElement>(this, "[data-name=words]")[0]?.value.trim() ?? "";
  }

  private async send(): Promise<void> {
    fail(this, "");
    const { words } = this;
    if (!words) return fail(this, "empty");
    if (words.length > Number(this.dataset["limit"] ?? MAX_WORDS)) return fail(this, "too_long");
    if (givesAway(words)) return fail(this, "mentions");
    if (!opener().ready()) return fail(this, "locked");
    try {
      const { next } = await post(said(this, "action"), await this.body(words), this.dataset["csrf"] ?? "");
      clearFields(this);
      this.sent = undefined;
      await goTo(String(next));
    } catch (error) {
      fail(this, error instanceof Forged ? "forged" : error instanceof Refused ? error.code : "other");
    }
  }

  /** The same words tried again are the same bytes: one message, also when the connection broke. */
  private async body(words: string): Promise<string> {
    if (this.sent?.words !== words) {
      const message = await opener().message(words, base64url(random(16)), this.dataset);
      this.sent = { words, body: JSON.stringify(message) };
    }
    return this.sent.body;
  }
}
