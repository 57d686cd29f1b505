/** <tell-later>, <said-so-far>: telling more behind the code, and what was told so far. docs/client.md. */

import { allKept, allTogether, deskOf, makeAddition, type Before } from "./addition";
import { Forged } from "./authorship";
import { prepareChoices, unchoose } from "./choices";
import { aboutOfficial, newIdempotencyKey, type Told } from "./envelope";
import type { AdditionIn, GrantChange } from "./generated";
import { signGrant } from "./grant";
import { post, Refused } from "./post";
import { mentions } from "./receipt";
import { neededRecord, recordData } from "./record";
import { showReview, showWords } from "./review";
import { Routing, type Routed } from "./routing";
import { holding } from "./session";
import { NotSigned } from "./statement";
import { read, REVIEW, Steps } from "./steps";
import { roomFor } from "./story";
import { dayWords, readTold, type Entry } from "./told-so-far";
import { all, busy, clearFields, fail, json, onGo, said, show } from "./texts";
import { goTo } from "./stay";

const LANDED = "receipt";
const TRIES = 2;

type Labels = Record<string, Record<string, string>>;

/** What she is about to correct: chosen on one page, asked on the next; nothing of it stands in an address, and it
 * is asked of nobody with another code. */
let correcting: { record: string; name: string; question: string; was: string } | undefined;

const fails = (root: HTMLElement, error: unknown): void =>
  fail(root, error instanceof Forged ? "forged" : error instanceof NotSigned ? "unsafe_keys" : error instanceof Refused ? error.code : "other");

/** What a word of hers has to carry: that ends what she allowed about the police (null where nothing stands), or says
 * whether her words are kept (null where she has said so). */
type Word = { scope: string; n: number; day: string; text: string; action: string } | null;

interface Config {
  routed: Routed;
  officials: string[];
  police: Word;
  keep: Word;
}

/** What goes over into the same page once it was opened again. */
interface Draft {
  told: Told;
  way: Steps["way"];
  sent: { told: string; key: string } | undefined;
}

export class TellLater extends HTMLElement {
  private steps: Steps | undefined;
  private all: Told = {};
  private kept: Before[] = [];
  private routing!: Routing;
  private fix: typeof correcting;
  private draft: string | undefined;
  private sent: { told: string; key: string } | undefined;
  private tookBack = false;
  private chose = "";
  private readonly opened = (): void => void this.begin();
  /** Back of the phone or the browser: one question back. */
  private readonly back = (event: Event): void => {
    if (this.steps && this.steps.name !== LANDED && this.steps.back()) event.preventDefault();
  };

  connectedCallback(): void {
    document.addEventListener("back", this.back);
    for (const step of all(this, "[data-step]")) show(step, false);
    prepareChoices(this);
    this.addEventListener("submit", (event) => event.preventDefault());
    this.addEventListener("change", () => this.steps?.refresh());
    onGo(this, {
      back: () => this.steps!.back(),
      next: () => this.steps!.next(),
      early: () => this.steps!.early(),
      send: () => void busy(this, () => this.send()),
    });
    this.addEventListener("click", ({ target }) => {
      const { go, to, of } = (target as Element).closest<HTMLElement>("button[data-go]")?.dataset ?? {};
      if (go === "change") this.steps!.change(to!);
      if (go === "unchoose") unchoose(this, of!);
    });
    document.addEventListener("keyring", this.opened);
    addEventListener("pagehide", () => this.clear());
    this.opened();
  }

  disconnectedCallback(): void {
    document.removeEventListener("keyring", this.opened);
    document.removeEventListener("back", this.back);
    this.clear();
  }

  private clear(): void {
    clearFields(this);
    showWords(this, "");
    for (const place of all(this, "[data-lines],[data-allowed],[data-was]")) place.replaceChildren();
  }

  /** Everything that was chosen and typed, and where she is: for the same page, when it is opened again. */
  take(): string {
    if (!this.steps || this.steps.name === LANDED) return "";
    correcting = this.fix;
    const draft: Draft = { told: read(this), way: this.steps.way, sent: this.sent };
    this.clear();
    return JSON.stringify(draft);
  }

  put(draft: string): void {
    this.draft = draft;
    if (!this.steps) return;
    const { told, way, sent } = JSON.parse(draft) as Draft;
    for (const control of all<HTMLInputElement>(this, "[data-name]")) {
      const said = told[control.dataset["name"]!] ?? [];
      if (control.type === "checkbox" || control.type === "radio") control.checked = said.includes(control.value);
      else control.value = said[0] ?? "";
    }
    this.sent = sent;
    this.draft = undefined;
    this.steps.begin(way);
  }

  private async begin(): Promise<void> {
    if (this.steps || !holding()) return;
    if (correcting?.record === recordData().record) this.fix ??= correcting;
    correcting = undefined;
    const { fix } = this;
    try {
      await this.readPage();
      this.keepSteps(fix?.name);
      this.steps = new Steps(this, (name) => this.came(name));
      for (const part of all(this, "[data-correcting]")) show(part, !!fix);
      for (const place of all(this, "[data-was]")) place.textContent = fix?.was ?? "";
      for (const place of all(this, "[data-what]")) place.textContent = fix?.question ?? "";
      show(this, true);
      this.steps.begin();
      if (this.draft) this.put(this.draft);
    } catch (error) {
      show(this, true);
      fails(this, error);
    }
  }

  private async readPage(): Promise<void> {
    const { all: told, before } = await readTold();
    this.routing = await Routing.read(this.config.routed);
    this.all = told;
    this.kept = before;
  }

  /** Only what she has not told yet; to correct something, only that. */
  private keepSteps(name: string | undefined): void {
    for (const step of all(this, "[data-step]")) {
      // What stands only for an answer goes with the question.
      const [of] = (step.dataset["stepWhen"] ?? "").split("=");
      const own = of || step.dataset["step"]!;
      if ([REVIEW, LANDED].includes(own)) continue;
      delete step.dataset["needed"];
      const asks = of ? [of] : all(step, "[data-name]").map((control) => control.dataset["name"]!);
      const answered = asks.includes(own) ? own in this.all : asks.some((one) => one in this.all);
      if (name ? !asks.includes(name) : answered) step.remove();
      else step.dataset["early"] = "";
    }
  }

  private async reported() {
    const { words } = await neededRecord();
    return { kind: this.all["kind"]?.[0] ?? said(this, "kind"), words, before: this.kept, routing: this.routing, officials: this.config.officials };
  }

  private get config(): Config {
    return json<Config>(this.dataset["config"]);
  }

  /** She allowed that the police are told, and now tells about an official: it ends with what she sends. */
  private endsPolice(told: Told): Word {
    return aboutOfficial(this.together(told), this.config.officials) ? this.config.police : null;
  }

  private together(told: Told): Told {
    return allTogether([this.all, told]);
  }

  /** Who will read it, and who will not any more. */
  private async showTeam(): Promise<string> {
    const reported = await this.reported();
    const { desk: held } = reported.words.documents[reported.words.documents.length - 1]!;
    const desk = deskOf(this.together(read(this)), reported);
    for (const part of all(this, "[data-team]")) show(part, part.dataset["team"] === desk);
    for (const part of all(this, "[data-moves]")) show(part, desk !== held);
    for (const part of all(this, "[data-police]")) show(part, !!this.endsPolice(read(this)));
    for (const part of all(this, "[data-erased]")) show(part, !allKept(reported));
    return desk;
  }

  private came(name: string): void {
    fail(this, "");
    const told = Object.keys(read(this)).length > 0;
    for (const part of all(this, "[data-nothing]")) show(part, !told);
    for (const part of all(this, "[data-something]")) show(part, told);
    if (name !== REVIEW) return;
    showReview(this);
    for (const part of all(this, "[data-allows]")) show(part, !!this.querySelector("[data-step=keep]"));
    void this.showTeam().catch((error) => fails(this, error));
  }

  private async send(): Promise<void> {
    fail(this, "");
    const told = read(this);
    const typed = Object.values(told).flat().join("\n\n");
    const held = holding();
    if (!held) return fail(this, "locked");
    if (!Object.keys(told).length) return fail(this, "empty");
    if (mentions(typed, held.code, held.things)) return fail(this, "mentions");
    const over = -(roomFor([...(told["words"] ?? []), ...(told["identifier"] ?? [])].join("\n\n")) ?? 0);
    if (over > 0) return fail(this, "too_long", over);
    try {
      const { keep: [keep] = [], ...more } = told;
      const tells = Object.keys(more).length > 0;
      await (tells ? this.deliver(told) : this.decide(told));
      this.clear();
      this.steps!.go(LANDED);
      for (const part of all(this, "[data-kept]")) show(part, part.dataset["kept"] === (keep ?? ""));
      if (!tells) for (const part of all(this, `[data-step=${LANDED}] [data-team]`)) show(part, false);
    } catch (error) {
      fails(this, error);
    }
  }

  /** One key for the same words, however often they are sent: they are one addition. */
  private async deliver(told: Told): Promise<void> {
    const now = JSON.stringify(told);
    if (this.sent?.told !== now) this.sent = { told: now, key: newIdempotencyKey() };
    const { key } = this.sent;
    const shown = await this.showTeam();
    await this.decide(told);
    for (let again = TRIES; ; again--) {
      try {
        const addition: AdditionIn = await makeAddition(told, this.together(told), holding()!.receipt, key, await this.reported());
        await post(said(this, "action"), JSON.stringify(addition), this.dataset["csrf"] ?? "");
        return;
      } catch (error) {
        if (!again || !(error instanceof Refused) || !["stale_desk", "stale_number"].includes(error.code)) throw error;
        await this.readAgain();
        // Another team would read it: she sees that first.
        if ((await this.showTeam()) !== shown) throw error;
      }
    }
  }

  /** Before the words go: they must not be handed over by a yes of before, and are kept as she says now. */
  private async decide(told: Told): Promise<void> {
    const police = this.endsPolice(told);
    if (police && !this.tookBack) await this.say(police, false);
    this.tookBack ||= !!police;
    const { keep } = this.config;
    const chosen = told["keep"]?.[0];
    if (!keep || !chosen || chosen === this.chose) return;
    await this.say(keep, chosen === "yes");
    this.chose = chosen;
  }

  private async say({ action, ...word }: NonNullable<Word>, given: boolean): Promise<void> {
    const send = async (n: number): Promise<void> => {
      const grant = await signGrant({ ...word, n, receiver: null, items: [], given, until: null }, holding()!.receipt.signingSeed);
      await post(action, JSON.stringify({ v: 1, grant } satisfies GrantChange), this.dataset["csrf"] ?? "");
    };
    await send(word.n).catch((error) => {
      if (!(error instanceof Refused) || error.code !== "stale_number") throw error;
      return send(Number(error.answer["n"]));
    });
  }

  /** Something happened in another tab, or at the desk: what this page says of the report, as it is by now. */
  private async readAgain(): Promise<void> {
    const response = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } }).catch(() => undefined);
    if (!response) throw new Refused("network", { status: 0 });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const id of ["record", "told", this.dataset["config"]!]) {
      const fresh = page.getElementById(id);
      if (!fresh) throw new Refused("visit_over", { status: 0 });
      document.getElementById(id)!.textContent = fresh.textContent;
    }
    await this.readPage();
  }
}

export class SaidSoFar extends HTMLElement {
  private readonly opened = (): void => void this.tell();

  connectedCallback(): void {
    show(this, true);
    document.addEventListener("keyring", this.opened);
    this.addEventListener("click", (event) => {
      const { fix } = (event.target as Element).closest<HTMLElement>("[data-fix]")?.dataset ?? {};
      if (fix === undefined) return;
      const row = (event.target as Element).closest<HTMLElement>("[data-row]")!;
      correcting = { record: recordData().record, name: fix, question: row.querySelector("[data-question]")!.textContent!, was: row.querySelector("[data-answer]")?.textContent ?? "" };
      void goTo(said(this, "fix"));
    });
    this.opened();
  }

  disconnectedCallback(): void {
    document.removeEventListener("keyring", this.opened);
  }

  private async tell(): Promise<void> {
    const place = this.querySelector("[data-entries]")!;
    place.replaceChildren();
    fail(this, "");
    if (!holding()) return;
    try {
      const { entries } = await readTold();
      if (holding()) place.replaceChildren(...entries.map((entry) => this.entry(entry)));
    } catch (error) {
      fails(this, error);
    }
  }

  private copy(name: string): DocumentFragment {
    return document.importNode(this.querySelector<HTMLTemplateElement>(`template[data-${name}]`)!.content, true);
  }

  private entry({ day, answers, words, erased }: Entry): DocumentFragment {
    const shown = this.copy("entry");
    for (const place of all(shown, "[data-day]")) place.textContent = dayWords(day);
    for (const part of all(shown, "[data-gone]")) {
      show(part, erased !== "");
      for (const on of all(part, "[data-on]")) on.textContent = erased && dayWords(erased);
    }
    const labels = json<Labels>("labels");
    const rows = Object.entries(answers).map(([name, codes]) => {
      const known = labels[name] ?? {};
      return this.row(name, known[""] ?? name, codes.map((code) => known[code] ?? code).join("; "));
    });
    shown.querySelector("[data-rows]")!.replaceChildren(...rows);
    for (const part of all(shown, "[data-told]")) {
      show(part, words !== "");
      part.querySelector("[data-words]")!.append(...words.split(/\n+/).map((line) => Object.assign(document.createElement("p"), { textContent: line })));
    }
    return shown;
  }

  private row(name: string, question: string, answer: string): DocumentFragment {
    const row = this.copy("row");
    for (const place of all(row, "[data-question]")) place.textContent = question;
    row.querySelector("[data-answer]")!.textContent = answer;
    for (const button of all(row, "[data-fix]")) {
      button.dataset["fix"] = name;
      // What kind of report it is was chosen by the door that she came in by.
      show(button, name !== "kind");
    }
    return row;
  }
}
