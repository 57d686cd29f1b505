/** <sealed-form>: asks, shows what will go with the code, seals on the phone, sends once. docs/client.md. */

import { goBackOut, watchBack } from "./back-button";
import { hex, saltOf, utf8 } from "./bytes";
import { prepareChoices, unchoose } from "./choices";
import { deskFor, makeEnvelope, newIdempotencyKey, openCodes, written, type Configuration, type Told } from "./envelope";
import { post, Refused, wait, type Answer } from "./post";
import { make, type Things } from "./receipt";
import { copiedWell, hideReceipt, showReceipt } from "./receipt-shown";
import { showReview, showWords } from "./review";
import { Routing } from "./routing";
import { TooLong } from "./seal";
import { holdTaps } from "./second-tap";
import { NotSigned } from "./statement";
import { chooses, isChecked, read, RECEIPT, REVIEW, Steps, type Control } from "./steps";
import { roomFor } from "./story";
import { stretchReceipt, type Stretched } from "./stretch";
import { all, busy, clearFields, count, fail, focusOn, json, onGo, said, show } from "./texts";
import { leaveOut } from "./told";
import { work } from "./work";
import { canSeal } from "./words";

type Sealed = Awaited<ReturnType<typeof makeEnvelope>>;

/** One report, from the moment its code stands on the review. However often it is changed and sent, it has one key. */
interface Draft {
  code: string;
  key: string;
  receipt: Promise<Stretched>;
  told?: string;
  sealed?: Promise<Sealed>;
  body?: string;
}

/** What goes over into the same page in another language. */
interface Carried {
  answers: [name: string, value: string, checked: boolean][];
  open: boolean[];
  way: Steps["way"];
  draft: Draft | undefined;
  at: string;
  top: number;
}

const AGAIN: Partial<Record<Refused["code"], number>> = { stale_desk: 2, proof_of_work: 2, busy: 3 };

let current: SealedForm | undefined;
let carried: Carried | undefined;

const digest = async (text: string): Promise<string> => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))));

function load(address: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"), { src: address, onload: resolve, onerror: reject }));
  });
}

/** Once for the document: the page in another language has another element. */
export function watchTheForm(): void {
  // Back leads to another step, not to where the page stood before.
  history.scrollRestoration = "manual";
  document.addEventListener("leaving", () => current?.letGo());
  document.addEventListener("click", (event) => current?.onLink(event));
  addEventListener("pagehide", () => current?.clear());
  addEventListener("beforeunload", (event) => {
    if (!current?.unsaved) return;
    event.preventDefault();
    event.returnValue = ""; // for browsers of before 2024
  });
  watchBack(() => !current || current.back());
}

export class SealedForm extends HTMLElement {
  private steps!: Steps;
  private configuration!: Configuration & { things: Things };
  private routing: Routing | undefined;
  private draft: Draft | undefined;
  /** The next one: an old phone stretches its code for seconds, which are over when she comes to the review. */
  private ahead: Draft | undefined;
  /** What the page had chosen by itself. */
  private untouched = "";
  /** The code is hers: nothing is lost any more when she leaves. */
  private copied = false;

  connectedCallback(): void {
    current = this;
    this.configuration = json<typeof this.configuration>(this.dataset["config"] ?? "intake-config");
    this.configuration.proof_of_work = json<Configuration["proof_of_work"]>("proof-of-work");
    show(this, true);
    for (const step of all(this, "[data-step]")) show(step, false);
    // The way for phones on which this script does not run, or cannot seal, stands in sight until now.
    for (const part of all(document, "[data-without-script]")) show(part, !canSeal());
    if (!canSeal()) return fail(this, "unsupported");
    prepareChoices(this);
    this.untouched = JSON.stringify(read(this));
    this.steps = new Steps(this, (name) => this.came(name));
    this.addEventListener("submit", (event) => event.preventDefault());
    this.addEventListener("change", () => {
      leaveOut(this, this.configuration.officials);
      this.steps.refresh();
      this.showTeam();
    });
    this.addEventListener("input", () => this.showRoom());
    onGo(this, {
      back: () => this.steps.back(),
      next: () => this.steps.next(),
      early: () => this.steps.early(),
      send: () => void busy(this, () => this.send()),
      retype: () => this.retype(),
      copied: () => this.done(),
      stay: () => {
        this.ask(false);
        this.steps.focus();
      },
      leave: () => this.leave(),
      on: () => void busy(this, () => this.goOn(), "opening"),
    });
    this.addEventListener("click", ({ target }) => {
      const { go, to, of } = (target as Element).closest<HTMLElement>("button[data-go]")?.dataset ?? {};
      if (go === "change") this.steps.change(to!);
      if (go === "unchoose") unchoose(this, of!);
    });
    this.begin();
    void this.readRouting().catch(() => fail(this, "unsafe_keys"));
  }

  disconnectedCallback(): void {
    if (current !== this) return;
    this.clear();
    current = undefined;
    watchBack(undefined);
  }

  private begin(): void {
    const from = carried;
    carried = undefined;
    if (!from) return this.steps.begin();
    this.draft = from.draft;
    for (const control of this.controls) {
      const told = from.answers.filter(([name]) => name === control.dataset["name"]);
      if (chooses(control)) (control as HTMLInputElement).checked = told.some(([, value, checked]) => checked && value === control.value);
      else control.value = told[0]?.[1] ?? "";
    }
    all<HTMLDetailsElement>(this, "details").forEach((part, i) => (part.open = !!from.open[i]));
    this.steps.begin(from.way);
    const control = from.at ? this.querySelector<HTMLElement>(`#${CSS.escape(from.at)}`) : null;
    control?.focus();
    scrollTo(0, control ? scrollY + control.getBoundingClientRect().top - from.top : from.top);
  }

  private get controls(): Control[] {
    return all<HTMLInputElement>(this, "[data-name]");
  }

  /** Something here would be lost. */
  get unsaved(): boolean {
    return JSON.stringify(read(this)) !== this.untouched || (!!this.draft && !this.copied);
  }

  letGo(): void {
    this.clear();
    this.copied = true;
  }

  clear(): void {
    clearFields(this);
    this.draft = this.ahead = undefined;
    hideReceipt(this);
    showWords(this, "");
    for (const part of all(this, "[data-lines],[data-allowed]")) part.replaceChildren();
    if (canSeal()) this.steps.begin();
  }

  /** Back of the browser or the phone: one question back; before the first one nothing goes without a question. */
  back(): boolean {
    if (!canSeal()) return false;
    const asking = this.querySelector<HTMLElement>("[data-asks]");
    if (asking && !asking.hidden) this.ask(false);
    else if (this.steps.name === RECEIPT || !this.steps.back()) {
      if (!this.unsaved) return false;
      this.ask(true);
    }
    return true;
  }

  private ask(asked: boolean): void {
    for (const part of all(this, "[data-asks]")) {
      show(part, asked);
      if (asked) holdTaps(part);
      if (asked) focusOn(part);
    }
  }

  private leave(): void {
    const home = document.querySelector<HTMLAnchorElement>("a.site")?.href ?? "/";
    this.letGo();
    goBackOut(home);
  }

  private done(): void {
    this.copied = true;
    location.assign(document.querySelector<HTMLAnchorElement>("a.site")?.href ?? "/");
  }

  private came(name: string): void {
    if (this.routing) fail(this, "");
    this.ask(false);
    if (!this.draft && this.steps.way.trail.length) this.ahead ??= this.newDraft();
    if (name !== REVIEW) return;
    leaveOut(this, this.configuration.officials);
    showReview(this);
    this.showTeam();
    this.draft ??= this.ahead ?? this.newDraft();
    showReceipt(this, this.draft.code, this.configuration.things);
    // While she reads: sealed before she sends, and anew if she changes something.
    void this.seal(read(this)).catch(() => undefined);
  }

  private newDraft(): Draft {
    const code = make();
    const receipt = stretchReceipt(code, saltOf(this.configuration.salt));
    receipt.catch(() => undefined);
    return { code, key: newIdempotencyKey(), receipt };
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

  /** How many letters are too many, and how many more there is room for: only when it matters. */
  private showRoom(): number {
    const { words = [], identifier = [] } = read(this);
    const room = roomFor([...words, ...identifier].join("\n\n"));
    for (const [name, shown] of [["room", room !== undefined && room >= 0], ["over", room !== undefined && room < 0]] as const) {
      for (const place of all(this, `[data-${name}]`)) {
        show(place, shown);
        count(place, Math.abs(room ?? 0));
      }
    }
    return room ?? 0;
  }

  private async send(): Promise<void> {
    fail(this, "");
    const over = -this.showRoom();
    if (over > 0) return fail(this, "too_long", over);
    const told = read(this);
    try {
      await this.received(await this.deliver(told), told);
    } catch (error) {
      fail(this, error instanceof Refused ? error.code : error instanceof TooLong ? "too_long" : error instanceof NotSigned ? "unsafe_keys" : "other");
    }
  }

  /** Sends, and again where the answer says how: with new keys, with work, or a little later. */
  private async deliver(told: Told): Promise<Answer> {
    const tries: typeof AGAIN = {};
    for (;;) {
      const body = await this.seal(told);
      try {
        return await post(said(this, "action"), body);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const attempt = (tries[error.code] ?? 0) + 1;
        if (attempt > (AGAIN[error.code] ?? 0)) throw error;
        tries[error.code] = attempt;
        await this.prepareAgain(error, attempt);
      }
    }
  }

  private async prepareAgain({ code, answer }: Refused, attempt: number): Promise<void> {
    if (code === "busy") return wait(1500 * attempt);
    delete this.draft!.body;
    if (code === "proof_of_work") this.configuration.proof_of_work = (answer["proof_of_work"] as Configuration["proof_of_work"]) ?? null;
    else {
      const shown = this.showTeam();
      Object.assign(this.configuration, answer["config"]);
      this.routing = undefined;
      delete this.draft!.sealed;
      await this.readRouting();
      if (this.showTeam() !== shown) throw new Refused(code, answer);
    }
  }

  /** The bytes to send: the same ones until something else was told, or other keys or work are asked for. */
  private async seal(told: Told): Promise<string> {
    const draft = this.draft!;
    const now = JSON.stringify(told);
    if (draft.told !== now) {
      delete draft.sealed;
      delete draft.body;
    }
    draft.told = now;
    const { limits, proof_of_work } = this.configuration;
    const sealed = await (draft.sealed ??= this.close(told, draft));
    if (draft.body) return draft.body;
    // Without the work it is still taken, in a lane of its own: a report is never refused for that.
    const done = proof_of_work && (await work(proof_of_work).catch(() => null));
    const body = written(sealed, done);
    if (body.length > limits.envelope) throw new TooLong();
    if (draft.told === now) draft.body = body;
    return body;
  }

  private close(told: Told, draft: Draft): Promise<Sealed> {
    const closing = (async () => makeEnvelope(told, said(this, "kind"), await draft.receipt, draft.key, this.configuration, await this.readRouting()))();
    // What failed is tried anew: a part of the script may not have come.
    closing.catch(() => draft.sealed === closing && delete draft.sealed);
    return closing;
  }

  private async received(answer: Answer, told: Told): Promise<void> {
    const draft = this.draft!;
    // An answer to an earlier try may have been lost: then that one stands, and what she changed since was not taken.
    const changed = answer["words"] !== (await digest((await draft.sealed!).words.document));
    const texts: [string, string][] = [["look", "first_look"], ["name", "code_name"], ["promise", "promise"]];
    for (const [name, member] of texts) {
      for (const place of all(this, `[data-receipt-${name}]`)) place.textContent = String(answer[member] ?? "");
    }
    for (const part of all(this, "[data-earlier]")) show(part, changed);
    const urgent = openCodes(told, said(this, "kind")).priority === "p0";
    for (const part of all(this, "[data-urgent]")) show(part, urgent);
    for (const call of all<HTMLDetailsElement>(this, "[data-call]")) call.open = urgent;
    clearFields(this);
    showWords(this, changed ? told["words"]?.[0] ?? "" : "");
    for (const part of all(document, "a.language")) show(part, false);
    showReceipt(this, draft.code, this.configuration.things);
    this.steps.go(RECEIPT);
  }

  /** Was the last group copied well? A wrong answer leads back to the code and blocks nothing. */
  private retype(): void {
    const good = copiedWell(this, this.draft?.code ?? "");
    this.copied ||= good;
    focusOn(this.querySelector<HTMLElement>(good ? "[data-retype-good]" : "[data-retype-again]"));
  }

  /** To the pages behind the code, which is not typed again: their script opens the visit in this document. */
  private async goOn(): Promise<void> {
    fail(this, "");
    try {
      if (!customElements.get("receipt-visit")) await load(said(this, "visit"));
      document.dispatchEvent(new CustomEvent("came", { detail: { code: this.draft!.code, door: said(this, "door"), failed: () => fail(this, "page") } }));
    } catch {
      fail(this, "page");
    }
  }

  /** Another language in place: nothing that she told, and not the code, is left behind. */
  onLink(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a.language");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || !canSeal()) return;
    event.preventDefault();
    void busy(this, () => this.speak(link.href), "opening");
  }

  private async speak(address: string): Promise<void> {
    const page = await fetch(address, { credentials: "omit" })
      .then(async (response) => (response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : undefined))
      .catch(() => undefined);
    if (!page?.querySelector("sealed-form")) return fail(this, "page");
    for (const part of all(page, "script[src],noscript")) part.remove();
    const control = this.contains(document.activeElement) ? document.activeElement! : undefined;
    carried = {
      answers: this.controls.map((one) => [one.dataset["name"]!, one.value, isChecked(one)]),
      open: all<HTMLDetailsElement>(this, "details").map((part) => part.open),
      way: this.steps.way,
      draft: this.draft,
      at: control?.id ?? "",
      top: control?.id ? control.getBoundingClientRect().top : scrollY,
    };
    current = undefined;
    document.documentElement.lang = page.documentElement.lang;
    document.title = page.title;
    document.body.replaceChildren(...document.importNode(page.body, true).childNodes);
    history.replaceState(history.state, "", address);
  }
}
