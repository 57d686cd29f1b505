/** <desk-rewrap>: a desk gets a new key, or a new member. docs/formats/rewrap.md. */

import type { BeginRekey, Joined, NewKey, Replaced } from "./generated";
import { utf8 } from "./bytes";
import { sameFingerprint } from "./fingerprint";
import type { DeskKey, Member } from "./keyring";
import { ask, KeyringRefused, keyringState } from "./keyring-link";
import { post, Refused } from "./post";
import type { KeysTold } from "./renewal";
import { goTo } from "./stay";
import { all, busy, fail, onGo, said, show } from "./texts";
import { wordList } from "./words";

interface Begun {
  desk: string;
  keys: KeysTold;
  old: DeskKey | null;
  new: DeskKey | null;
  members: Member[];
  joining?: Member[];
  left: number;
}

/** The words that a member read are not those of the key that the server gave, or nobody read any. */
class Unlike extends Error {
  constructor(readonly code: "fingerprint" | "fingerprint_missing") {
    super(code);
  }
}

export class DeskRewrap extends HTMLElement {
  private total = 0;

  connectedCallback(): void {
    show(this, true);
    onGo(this, { start: () => void busy(this, () => this.start()) });
  }

  private say<T>(message: BeginRekey | NewKey | Replaced | Joined): Promise<T> {
    return post(said(this, "action"), JSON.stringify(message), this.dataset["csrf"] ?? "") as unknown as Promise<T>;
  }

  private async start(): Promise<void> {
    fail(this, "");
    if (!keyringState().open) return fail(this, "locked");
    try {
      const next = await this.work();
      for (const done of all(this, "[data-done]")) show(done, true);
      this.dispatchEvent(new CustomEvent("done", { bubbles: true }));
      if (next) await goTo(next);
    } catch (error) {
      const code = error instanceof KeyringRefused || error instanceof Refused || error instanceof Unlike ? error.code : "other";
      fail(this, code === "wrong" ? "broken" : code);
    }
  }

  private async work(): Promise<string> {
    const begun = await this.say<Begun>({ v: 1, step: "begin" });
    const made = await ask("desk", { code: begun.desk, keys: begun.keys, old: begun.old, new: begun.new });
    const { recipient } = made;
    if (begun.joining) {
      const wraps = await ask("share", { members: await this.compared(begun.joining), key: "old" });
      return (await this.say<{ next: string }>({ v: 1, step: "join", wraps })).next;
    }
    if (!begun.new) {
      const wraps = await ask("share", { members: begun.members, key: "new" });
      await this.say({ v: 1, step: "key", ...made, wraps });
    }
    await this.replace(begun.left, recipient);
    return (await this.say<{ next: string }>({ v: 1, step: "finish" })).next;
  }

  /** Those whose ten words were typed, each compared with the key that the server gave. One wrong word stops it all. */
  private async compared(joining: Member[]): Promise<Member[]> {
    const words = await wordList(said(this, "list"));
    const typed = (id: string): string => this.querySelector<HTMLInputElement>(`input[data-member="${id}"]`)?.value.trim() ?? "";
    const asked = joining.filter(({ id }) => typed(id));
    if (!asked.length) throw new Unlike("fingerprint_missing");
    for (const { id, recipient } of asked) {
      if (!sameFingerprint(typed(id), utf8(recipient), words)) throw new Unlike("fingerprint");
    }
    return asked.map((member) => ({ ...member, compared: true }));
  }

  private async replace(left: number, recipient: string): Promise<void> {
    this.total = Math.max(this.total, left);
    for (let rest = left; rest > 0; ) {
      const { wraps } = await this.say<{ wraps: { id: string; sealed: string; of: string }[] }>({ v: 1, step: "more" });
      if (!wraps.length) return;
      const replaced = await ask("rewrap", { wraps });
      rest = (await this.say<{ left: number }>({ v: 1, step: "done", recipient, wraps: replaced })).left;
      for (const bar of all<HTMLProgressElement>(this, "progress[data-progress]")) {
        show(bar, true);
        bar.max = this.total;
        bar.value = this.total - rest;
      }
    }
  }
}
