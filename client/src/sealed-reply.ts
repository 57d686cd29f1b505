/** <sealed-reply>: a message, sealed to the thread's key. Both sides use it. docs/client.md. */

import { base64url, random } from "./bytes";
import { Forged } from "./authorship";
import { opener } from "./opener";
import { post, Refused } from "./post";
import { goTo, proofFor } from "./stay";
import { pieces } from "./story";
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

  /** Takes what was typed out of the page, with what was made of it for sending; "" when there is nothing. */
  take(): string {
    const { words, sent } = this;
    this.sent = undefined;
    for (const area of all<HTMLTextAreaElement>(this, "[data-name=words]")) {
      area.value = "";
      area.replaceWith(area.cloneNode(true)); // a fresh one: nothing can be undone
    }
    return words && JSON.stringify({ words, sent });
  }

  /** Puts back what was taken. */
  put(draft: string): void {
    const { words, sent } = JSON.parse(draft) as { words: string; sent: SealedReply["sent"] };
    for (const area of all<HTMLTextAreaElement>(this, "[data-name=words]")) area.value = words;
    this.sent = sent;
  }

  private get words(): string {
    return all<HTMLTextAreaElement>(this, "[data-name=words]")[0]?.value.trim() ?? "";
  }

  private async send(): Promise<void> {
    fail(this, "");
    const { words } = this;
    if (!words) return fail(this, "empty");
    if (pieces(words).length > 1) return fail(this, "too_long");
    if (givesAway(words)) return fail(this, "mentions");
    if (!opener().ready()) return fail(this, "locked");
    try {
      const body = await this.body(words);
      const { next } = await post(said(this, "action"), body, this.dataset["csrf"] ?? "", await proofFor(this));
      clearFields(this);
      this.sent = undefined;
      await goTo(String(next));
    } catch (error) {
      const code = error instanceof Forged ? "forged" : error instanceof Refused ? error.code : "other";
      if (code === "stale_number") this.sent = undefined; // what was made for the page as it was
      if (code === "stale_number" && this.id) await goTo(location.href);
      // Where her page was fetched anew, the words stand in its own element.
      fail(document.querySelector<HTMLElement>(`sealed-reply#${this.id || "none"}`) ?? this, code);
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
