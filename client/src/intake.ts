/** <sealed-form>: asks, seals on the phone, sends once, shows the receipt. docs/client.md. */

import { saltOf } from "./bytes";
import { deskFor, makeEnvelope, newIdempotencyKey, written, type Configuration, type Told } from "./envelope";
import { post, Refused, wait, type Answer } from "./post";
import { make, type Things } from "./receipt";
import { copiedWell, hideReceipt, showReceipt } from "./receipt-shown";
import { Routing } from "./routing";
import { TooLong } from "./seal";
import { holdTaps } from "./second-tap";
import { NotSigned } from "./statement";
import { read, Steps } from "./steps";
import { stretchReceipt, type Stretched } from "./stretch";
import { all, busy, clearFields, fail, focusOn, json, onGo, said, show } from "./texts";
import { leaveOut } from "./told";
import { work, type WorkDone } from "./work";
import { canSeal } from "./words";

/** A report on its way: kept until it was answered, so that a second try is the same report. */
interface Pending {
  told: string;
  code: string;
  receipt: Stretched;
  key: string;
  body?: string;
}

const AGAIN: Partial<Record<Refused["code"], number>> = { stale_desk: 2, proof_of_work: 2, busy: 3 };

export class SealedForm extends HTMLElement {
  private steps!: Steps;
  private configuration!: Configuration & { things: Things };
  private routing: Routing | undefined;
  private pending: Pending | undefined;
  private code = "";

  connectedCallback(): void {
    this.configuration = json<typeof this.configuration>(this.dataset["config"] ?? "intake-config");
    this.configuration.proof_of_work = json<Configuration["proof_of_work"]>("proof-of-work");
    this.steps = new Steps(this);
    show(this, true);
    for (const step of all(this, "[data-step]")) show(step, false);
    if (!canSeal()) return fail(this, "unsupported");
    // Radios exclude each other by name only. There is no <form> here, so a name posts nothing.
    for (const radio of all<HTMLInputElement>(this, "input[type=radio][data-name]")) radio.name = `one-${radio.dataset["name"]}`;
    this.addEventListener("submit", (event) => event.preventDefault());
    this.addEventListener("change", () => {
      leaveOut(this, this.configuration.officials);
      this.steps.refresh();
      this.showTeam();
    });
    onGo(this, {
      back: () => this.steps.back(),
      next: () => this.steps.next(),
      send: () => void busy(this, () => this.send()),
      retype: () => this.retype(),
    });
    addEventListener("pagehide", () => this.clear());
    this.steps.go(0, false);
    void this.readRouting().catch(() => fail(this, "unsafe_keys"));
  }

  private clear(): void {
    clearFields(this);
    this.pending = undefined;
    this.code = "";
    hideReceipt(this);
  }

  /** Whose keys these are has to be what the install signed; else nothing is sealed, and the numbers are shown. */
  private async readRouting(): Promise<Routing> {
    this.routing ??= await Routing.read(this.configuration.routed);
    this.showTeam();
    return this.routing;
  }

  /** Names the team that will be able to read, before anything is sent. */
  private showTeam(): string {
    if (!this.routing) return "";
    const desk = deskFor(read(this), this.routing, this.configuration.officials);
    for (const part of all(this, "[data-team]")) show(part, part.dataset["team"] === desk);
    return desk;
  }

  private async send(): Promise<void> {
    fail(this, "");
    const told = read(this);
    try {
      this.received(await this.deliver(told));
    } catch (error) {
      fail(this, error instanceof Refused ? error.code : error instanceof TooLong ? "too_long" : error instanceof NotSigned ? "unsafe_keys" : "other");
    }
  }

  /** Sends, and again where the answer says how: with new keys, with work, or a little later. */
  private async deliver(told: Told): Promise<Answer> {
    const tries: typeof AGAIN = {};
    for (;;) {
      const pending = await this.seal(told);
      try {
        return await post(said(this, "action"), pending.body!);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const attempt = (tries[error.code] ?? 0) + 1;
        if (attempt > (AGAIN[error.code] ?? 0)) throw error;
        tries[error.code] = attempt;
        await this.prepareAgain(error, pending, attempt);
      }
    }
  }

  private async prepareAgain({ code, answer }: Refused, pending: Pending, attempt: number): Promise<void> {
    if (code === "busy") return wait(1500 * attempt);
    delete pending.body;
    if (code === "proof_of_work") this.configuration.proof_of_work = (answer["proof_of_work"] as Configuration["proof_of_work"]) ?? null;
    else {
      const shown = this.showTeam();
      Object.assign(this.configuration, answer["config"]);
      this.routing = undefined;
      await this.readRouting();
      if (this.showTeam() !== shown) throw new Refused(code, answer);
    }
  }

  private async seal(told: Told): Promise<Pending> {
    const { limits, proof_of_work, salt } = this.configuration;
    if ((told["words"]?.[0]?.length ?? 0) > limits.words) throw new TooLong();
    const now = JSON.stringify(told);
    if (this.pending?.told !== now) {
      const code = make();
      this.pending = { told: now, code, receipt: await stretchReceipt(code, saltOf(salt)), key: newIdempotencyKey() };
    }
    const pending = this.pending;
    if (!pending.body) {
      const envelope = await makeEnvelope(told, said(this, "kind"), pending.receipt, pending.key, this.configuration, await this.readRouting());
      // Without the work it is still taken, in a lane of its own: a report is never refused for that.
      const done = proof_of_work ? await work(proof_of_work).catch((): WorkDone | null => null) : null;
      const body = written(envelope, done);
      if (body.length > limits.envelope) throw new TooLong();
      pending.body = body;
    }
    return pending;
  }

  private received(answer: Answer): void {
    const { code } = this.pending!;
    this.code = code;
    this.pending = undefined;
    clearFields(this);
    for (const step of all(this, "[data-step]")) show(step, step.dataset["step"] === "receipt");
    for (const part of all(this, "[data-go=back],[data-go=next],[data-go=send],[data-left]")) show(part, false);
    showReceipt(this, code, this.configuration.things);
    const texts: [string, string][] = [["look", "first_look"], ["name", "code_name"], ["promise", "promise"]];
    for (const [name, member] of texts) {
      for (const place of all(this, `[data-receipt-${name}]`)) place.textContent = String(answer[member] ?? "");
    }
    holdTaps(this);
    const step = this.querySelector<HTMLElement>("[data-step=receipt]");
    scrollTo(0, 0);
    focusOn(step?.querySelector<HTMLElement>("h1,h2"));
    this.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
  }

  /** Was the last group copied well? A wrong answer leads back to the code and blocks nothing. */
  private retype(): void {
    const good = copiedWell(this, this.code);
    focusOn(this.querySelector<HTMLElement>(good ? "[data-retype-good]" : "[data-retype-again]"));
  }
}
