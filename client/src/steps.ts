/** One question at a time, in one document: nothing leaves the phone between them. */

import { holdTaps } from "./second-tap";
import { all, count, focusOn, show } from "./texts";

/** Reads every control that has a data-name; empty answers are left out. */
export function read(root: ParentNode): Record<string, string[]> {
  const told: Record<string, string[]> = {};
  for (const control of all<HTMLInputElement>(root, "[data-name]")) {
    const chooses = control.type === "checkbox" || control.type === "radio";
    const value = chooses ? (control.checked ? control.value : "") : control.value.trim();
    if (value) (told[control.dataset["name"]!] ??= []).push(value);
  }
  return told;
}

function holds(condition: string, told: Record<string, string[]>, wanted: boolean): boolean {
  const [name = "", codes = ""] = condition.split("=");
  const chosen = told[name] ?? [];
  return chosen.some((code) => codes.split(",").includes(code) === wanted);
}

/** Shows what belongs to the answers given so far. */
export function react(root: HTMLElement): void {
  const told = read(root);
  for (const part of all(root, "[data-when]")) show(part, holds(part.dataset["when"]!, told, true));
  for (const part of all(root, "[data-when-not]")) show(part, holds(part.dataset["whenNot"]!, told, false));
  for (const select of all<HTMLSelectElement>(root, "select[data-filter]")) filter(root, select);
}

function filter(root: HTMLElement, select: HTMLSelectElement): void {
  const id = select.dataset["filter"]!;
  const items = all(root, `#${CSS.escape(id)} > *`);
  for (const item of items) show(item, !select.value || [select.value, ""].includes(item.dataset["province"] ?? ""));
  for (const none of all(root, `[data-none="${CSS.escape(id)}"]`)) show(none, items.every((item) => item.hidden));
}

export class Steps {
  private at = 0;
  readonly parts: HTMLElement[];

  constructor(private readonly root: HTMLElement) {
    this.parts = all(root, "[data-step]").filter((step) => step.dataset["step"] !== "receipt");
  }

  get last(): boolean {
    return this.at === this.parts.length - 1;
  }

  back(): void {
    if (this.at > 0) this.go(this.at - 1);
  }

  /** Stays, and says so, while the step needs an answer that is not there. */
  next(): void {
    const step = this.parts[this.at]!;
    const answered = !("needed" in step.dataset) || Object.keys(read(step)).length > 0;
    for (const missing of all(step, "[data-missing]")) {
      show(missing, !answered);
      if (!answered) focusOn(missing);
    }
    if (answered && !this.last) this.go(this.at + 1);
  }

  go(at: number, moveFocus = true): void {
    this.at = at;
    this.parts.forEach((step, i) => show(step, i === at));
    this.refresh();
    holdTaps(this.root);
    if (!moveFocus) return;
    scrollTo(0, 0);
    focusOn(this.parts[at]!.querySelector<HTMLElement>("h1,h2,legend"));
  }

  /** Which buttons there are now, and how far it is. */
  refresh(): void {
    react(this.root);
    const stopped = all(this.parts[this.at]!, "[data-stop]").some((stop) => !stop.hidden);
    const shown: Record<string, boolean> = { back: this.at > 0, next: !this.last && !stopped, send: this.last };
    for (const button of all(this.root, "[data-go]")) {
      const go = button.dataset["go"]!;
      if (go in shown) show(button, shown[go]!);
    }
    const left = this.parts.length - 1 - this.at;
    for (const words of all(this.root, "[data-left]")) {
      if (left) count(words, left, words.dataset["many"]);
      else words.textContent = words.dataset["last"] ?? "";
    }
  }
}
