/** <proof-check>: a page that checks a proof file with or without a network. docs/formats/receipt-proof.md. */

import { text } from "./bytes";
import { HEADER } from "./evidence";
import { Routing, type Routed } from "./routing";
import { all, json, show } from "./texts";
import { verifyEvidence, type Verdict } from "./verify";

type Result = "valid" | "other-log" | "invalid" | "unreadable";

class ProofCheck extends HTMLElement {
  connectedCallback(): void {
    show(this, true);
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    input?.addEventListener("change", () => void this.read(input.files?.[0]));
  }

  private async read(file: File | undefined): Promise<void> {
    this.say(undefined);
    if (!file) return;
    let written: string;
    try {
      written = text(new Uint8Array(await file.arrayBuffer()));
    } catch {
      return this.say("unreadable");
    }
    if (!written.startsWith(HEADER.slice(0, 20))) return this.say("unreadable");
    try {
      const verdict = verifyEvidence(written);
      this.fill(verdict);
      this.say(this.dataset["log"] && this.dataset["log"] !== verdict.log ? "other-log" : "valid");
    } catch {
      this.say("invalid");
    }
  }

  private fill({ event, index, log, registered }: Verdict): void {
    const values: Record<string, string> = { day: String(event["day"]), kind: String(event["kind"]), index: String(index), log };
    for (const place of all(this, "[data-value]")) place.textContent = values[place.dataset["value"]!] ?? "";
    for (const part of all(this, "[data-when]")) show(part, part.dataset["when"] === (registered ? "registered" : "alone"));
  }

  private say(result: Result | undefined): void {
    for (const part of all(this, "[data-result]")) show(part, part.dataset["result"] === result);
  }
}

/** <routing-check>: do all desks' keys follow from what the install signed? docs/formats/routing.md. */
class RoutingCheck extends HTMLElement {
  connectedCallback(): void {
    void this.check().then((good) => {
      for (const part of all(this, "[data-result]")) show(part, part.dataset["result"] === (good ? "good" : "broken"));
    });
  }

  private async check(): Promise<boolean> {
    try {
      const routing = await Routing.read(json<Routed>(this.dataset["config"]));
      await Promise.all(routing.desks.map((desk) => routing.keys(desk)));
      return true;
    } catch {
      return false;
    }
  }
}

customElements.define("proof-check", ProofCheck);
customElements.define("routing-check", RoutingCheck);
