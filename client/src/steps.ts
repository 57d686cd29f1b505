/** One question at a time, in one document: nothing leaves the phone between them. */

import { holdTaps } from "./second-tap";
import { composed } from "./story";
import { all, bringCall, count, focusOn, show } from "./texts";

/** The step on which she sees what will go, and the one after it went. */
export const REVIEW = "review";
export const RECEIPT = "receipt";

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export const chooses = (control: Control): boolean => control.type === "checkbox" || control.type === "radio";

export const isChecked = (control: Control): boolean => chooses(control) && (control as HTMLInputElement).checked;

/** Reads every control that has a data-name; empty answers are left out. */
export function read(root: ParentNode): Record<string, string[]> {
  const told: Record<string, string[]> = {};
  for (const control of all<HTMLInputElement>(root, "[data-name]")) {
    const value = !chooses(control) ? composed(control.value.trim()) : control.checked ? control.value : "";
    if (value) (told[control.dataset["name"]!] ??= []).push(value);
  }
  return told;
}

function condition(written: string): [name: string, codes: string[]] {
  const [name = "", codes = ""] = written.split("=");
  return [name, codes.split(",")];
}

export function holds(written: string, told: Record<string, string[]>, wanted: boolean): boolean {
  const [name, codes] = condition(written);
  return (told[name] ?? []).some((code) => codes.includes(code) === wanted);
}

/** Shows what belongs to the answers given so far. */
function react(root: HTMLElement): void {
  const told = read(root);
  for (const part of all(root, "[data-when]")) show(part, holds(part.dataset["when"]!, told, true));
  for (const part of all(root, "[data-when-not]")) show(part, holds(part.dataset["whenNot"]!, told, false));
  for (const select of all<HTMLSelectElement>(root, "select[data-filter]")) filter(root, select);
  for (const button of all(root, "[data-go=unchoose]")) show(button, !!told[button.dataset["of"]!]);
}

function filter(root: HTMLElement, select: HTMLSelectElement): void {
  const id = select.dataset["filter"]!;
  const items = all(root, `#${CSS.escape(id)} > *`);
  for (const item of items) show(item, !select.value || [select.value, ""].includes(item.dataset["province"] ?? ""));
  for (const none of all(root, `[data-none="${CSS.escape(id)}"]`)) show(none, items.every((item) => item.hidden));
}

/** Each card stands directly under the answer that calls it; what has just come is read out and brought into sight. */
function placeCards(root: HTMLElement): void {
  const announced = root.querySelector("[data-announced]");
  for (const card of all(root, "[data-card]")) {
    const [name, codes] = condition(card.dataset["card"]!);
    const answer = all<Control>(root, `[data-name="${CSS.escape(name)}"]`).find((one) => (!chooses(one) || isChecked(one)) && codes.includes(one.value));
    const came = card.hidden && !!answer;
    if (answer) {
      const under = answer.closest(".choice,.field") ?? answer;
      if (under.nextElementSibling !== card) under.after(card);
    }
    const heading = card.querySelector("h2,h3,h4,strong")?.textContent ?? "";
    if (announced && came) announced.textContent = heading;
    if (announced && !answer && announced.textContent === heading) announced.textContent = "";
    show(card, !!answer);
    if (came) card.scrollIntoView({ block: "nearest" });
  }
}

export class Steps {
  private at!: HTMLElement;
  /** The way she came: Back goes along it. */
  private trail: string[] = [];
  /** Whether she came from the review, to change one answer. */
  private changing = false;
  private readonly parts: HTMLElement[];

  /** `came` is told the name of each step that comes into sight. */
  constructor(private readonly root: HTMLElement, private readonly came: (name: string) => void) {
    this.parts = all(root, "[data-step]");
  }

  get name(): string {
    return this.at.dataset["step"]!;
  }

  /** Where she is and how she came there, for a page in another language. */
  get way(): { name: string; trail: string[]; changing: boolean } {
    return { name: this.name, trail: this.trail, changing: this.changing };
  }

  begin(way?: Steps["way"]): void {
    this.trail = way?.trail ?? [];
    this.changing = !!way?.changing;
    this.show(way?.name ?? this.parts[0]!.dataset["step"]!);
  }

  /** False where she is at the first step. */
  back(): boolean {
    const name = this.trail.pop();
    if (name === undefined) return false;
    this.changing = false;
    this.go(name);
    return true;
  }

  next(): void {
    const steps = this.asked();
    const after = steps[steps.indexOf(this.at) + 1];
    if (!after || !this.answered()) return;
    // What an answer brings with it is seen also by whoever changes only that answer.
    const on = this.changing && !after.dataset["stepWhen"] ? REVIEW : after.dataset["step"]!;
    this.leaveFor(on);
  }

  /** To the review, past what is not asked before sending. */
  early(): void {
    if (!this.answered()) return;
    const steps = this.asked();
    const after = steps[steps.indexOf(this.at) + 1]!;
    // Whom to call is seen first by whoever is in danger.
    this.leaveFor(after.dataset["stepWhen"] ? after.dataset["step"]! : REVIEW);
  }

  /** From the review to one answer; Next leads back. */
  change(name: string): void {
    this.trail.push(this.name);
    this.changing = true;
    this.go(name);
  }

  private leaveFor(name: string): void {
    if (this.changing && name === REVIEW) {
      this.trail = this.trail.slice(0, this.trail.lastIndexOf(REVIEW));
      this.changing = false;
    } else this.trail.push(this.name);
    this.go(name);
  }

  /** Stays, and says so, while the step needs an answer that is not there. */
  private answered(): boolean {
    const answered = !("needed" in this.at.dataset) || Object.keys(read(this.at)).length > 0;
    for (const missing of all(this.at, "[data-missing]")) {
      show(missing, !answered);
      if (!answered) focusOn(missing);
    }
    return answered;
  }

  private asked(): HTMLElement[] {
    const told = read(this.root);
    return this.parts.filter(({ dataset }) => dataset["step"] !== RECEIPT && (!dataset["stepWhen"] || holds(dataset["stepWhen"], told, true)));
  }

  go(name: string): void {
    this.show(name);
    scrollTo(0, 0);
    this.focus();
  }

  focus(): void {
    focusOn(this.at.querySelector<HTMLElement>("h1,h2,legend"));
  }

  private show(name: string): void {
    react(this.root);
    const stop = all(this.root, "[data-stop]").find((one) => !one.hidden);
    const wanted = stop && name === REVIEW ? stop.closest<HTMLElement>("[data-step]")!.dataset["step"] : name;
    this.at = this.parts.find((step) => step.dataset["step"] === wanted)!;
    for (const step of this.parts) show(step, step === this.at);
    bringCall(this.root);
    this.came(this.name);
    this.refresh();
    holdTaps(this.root);
  }

  /** Which cards, buttons and words there are now, and how far it is. */
  refresh(): void {
    react(this.root);
    placeCards(this.root);
    const steps = this.asked();
    const place = steps.indexOf(this.at);
    const review = this.name === REVIEW;
    const asks = place >= 0 && !review;
    const stopped = all(this.at, "[data-stop]").some((stop) => !stop.hidden);
    const offers = steps.slice(0, place + 1).some((step) => "early" in step.dataset);
    const shown: Record<string, boolean> = {
      back: place >= 0 && this.trail.length > 0,
      next: asks && !stopped,
      early: asks && !stopped && offers && !this.changing,
      send: review,
    };
    for (const button of all(this.root, "[data-go]")) {
      const go = button.dataset["go"]!;
      if (go in shown) show(button, shown[go]!);
      // In danger now the numbers to call stand out, and no button.
      if (go === "next") button.classList.toggle("button-quiet", "calls" in this.at.dataset);
      if (go === "next") button.textContent = button.dataset[this.changing ? "done" : "early" in this.at.dataset ? "more" : "on"] ?? button.textContent;
    }
    const left = steps.length - 1 - place;
    for (const words of all(this.root, "[data-left]")) {
      show(words, place >= 0 && !this.changing && !stopped);
      if (!place || review) words.textContent = (review && words.dataset["last"]) || "";
      else count(words, left, (offers && words.dataset["may"]) || words.dataset["many"]);
    }
  }
}
