/** <key-unlock>, <key-setup>: a staff member's own key. docs/client.md. */

import { utf8 } from "./bytes";
import { fingerprint } from "./fingerprint";
import type * as messages from "./generated";
import type { PersonKey } from "./keyring";
import type { Link } from "./opener";
import { ask, KeyringRefused, keyringState } from "./keyring-link";
import { fold } from "./letters";
import { post, Refused } from "./post";
import { goTo } from "./stay";
import { all, busy, fail, json, onGo, said, show } from "./texts";
import { wordList } from "./words";

const codeOf = (error: unknown): string =>
  error instanceof KeyringRefused || error instanceof Refused ? error.code : "other";

function pressOnEnter(element: HTMLElement, selector: string, go: string): void {
  element.addEventListener("submit", (event) => event.preventDefault());
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.target as Element).matches(selector)) return;
    event.preventDefault();
    element.querySelector<HTMLButtonElement>(`[data-go=${go}]`)?.click();
  });
}

export class KeyUnlock extends HTMLElement {
  private readonly check = (): void => this.lockIfAnother();

  connectedCallback(): void {
    show(this, true);
    pressOnEnter(this, "[data-passphrase]", "unlock");
    onGo(this, { unlock: () => void busy(this, () => this.unlock()), lock: () => void ask("lock", null) });
    document.addEventListener("keyring", this.check);
    this.check();
  }

  disconnectedCallback(): void {
    document.removeEventListener("keyring", this.check);
  }

  private get key(): PersonKey {
    return json<PersonKey>(this.dataset["config"] ?? "person-key");
  }

  /** Somebody else signed in on this machine: the open key is not hers. */
  private lockIfAnother(): void {
    const { open, recipient } = keyringState();
    if (open && recipient !== this.key.recipient) void ask("lock", null);
  }

  private async unlock(): Promise<void> {
    fail(this, "");
    const input = this.querySelector<HTMLInputElement>("[data-passphrase]")!;
    try {
      await ask("unlock", { passphrase: input.value, key: this.key });
      input.value = "";
    } catch (error) {
      fail(this, codeOf(error));
    }
  }
}

/**
 * <key-fingerprint>: the ten words of the key that is open here, to be read to a colleague; with wraps inside it those of
 * the desk's key that they lead to, for the operator who signs it. Never what a row says.
 */
export class KeyFingerprint extends HTMLElement {
  private readonly check = (): void => void this.tell();

  connectedCallback(): void {
    document.addEventListener("keyring", this.check);
    this.check();
  }

  disconnectedCallback(): void {
    document.removeEventListener("keyring", this.check);
  }

  private async tell(): Promise<void> {
    fail(this, "");
    const { recipient } = keyringState();
    const list = this.querySelector("[data-words]")!;
    list.replaceChildren();
    show(this, !!recipient);
    if (!recipient) return;
    const words = await wordList(said(this, "list")).catch(() => undefined);
    if (!words) return fail(this, "words");
    const wraps = this.querySelector("script[type='application/json']")?.textContent;
    const shown = wraps ? await ask("recipient", { wraps: JSON.parse(wraps) as Link[] }).catch(() => undefined) : recipient;
    if (!shown) return fail(this, keyringState().open ? "broken" : "");
    if (!keyringState().open) return; // locked meanwhile
    // At once, in place of what is there: the list of words may have come twice.
    list.replaceChildren(...fingerprint(utf8(shown), words).map((word) => Object.assign(document.createElement("li"), { textContent: word })));
  }
}

export class KeySetup extends HTMLElement {
  private made: { passphrase: string[]; key: PersonKey } | undefined;
  private wasOpen = false;
  private readonly check = (): void => this.forgetWhenLocked();

  connectedCallback(): void {
    show(this, true);
    document.addEventListener("keyring", this.check);
    this.check();
    pressOnEnter(this, "[data-again]", "keep");
    onGo(this, { make: () => void busy(this, () => this.make()), keep: () => void busy(this, () => this.keep()) });
    addEventListener("pagehide", () => this.forget());
  }

  disconnectedCallback(): void {
    document.removeEventListener("keyring", this.check);
    this.forget();
  }

  private forgetWhenLocked(): void {
    const { open } = keyringState();
    if (this.wasOpen && !open) this.forget();
    this.wasOpen = open;
  }

  private forget(): void {
    this.made = undefined;
    for (const place of all(this, "[data-passphrase] li")) place.textContent = "";
    for (const input of all<HTMLInputElement>(this, "[data-again]")) input.value = "";
  }

  private async make(): Promise<void> {
    fail(this, "");
    try {
      const { words } = json<{ words: string[] | string }>(this.dataset["config"] ?? "key-config");
      this.made = await ask("make", { words: await wordList(words) });
      const list = this.querySelector("[data-passphrase]")!;
      this.made.passphrase.forEach((word, i) => {
        (list.children[i] ?? list.appendChild(document.createElement("li"))).textContent = word;
      });
      for (const part of all(this, "[data-made]")) show(part, true);
    } catch (error) {
      fail(this, codeOf(error));
    }
  }

  private async keep(): Promise<void> {
    fail(this, "");
    const typed = this.querySelector<HTMLInputElement>("[data-again]")?.value ?? "";
    if (!this.made || fold(typed) !== fold(this.made.passphrase.join(" "))) return fail(this, "mismatch");
    try {
      const message: messages.PersonKey = { v: 1, ...this.made.key };
      const { next } = await post(said(this, "action"), JSON.stringify(message), this.dataset["csrf"] ?? "");
      const { passphrase, key } = this.made;
      await ask("unlock", { passphrase: passphrase.join(" "), key });
      this.forget();
      await goTo(String(next));
    } catch (error) {
      fail(this, codeOf(error));
    }
  }
}
