/** <proof-file>: her proof that it was received, made on the phone. docs/client.md, docs/formats/receipt-proof.md. */

import { readStep } from "./authorship";
import { base64, base64url, fromBase64, text, utf8 } from "./bytes";
import { addOpening, openedLeaf } from "./evidence";
import type { LeafIn } from "./generated";
import { post, Refused } from "./post";
import { recordData } from "./record";
import { open } from "./seal";
import { holding } from "./session";
import { all, busy, fail, onGo, said, show } from "./texts";

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
