/** What the desk's pages do with opened answers: warn, suggest a class and say why, fill the count. docs/client.md. */

import { codedAnswers, suggest, warningsOf, type CodedAnswers, type Suggestion, type Suggestions, type Warnings } from "./classify";
import { countRow } from "./counting";
import { keyringState } from "./keyring-link";
import type { Document, Link } from "./opener";
import type { Labels } from "./sealed-words";
import { json, show } from "./texts";

interface Rule {
  suggestions: Suggestions;
  warnings: Warnings;
  /** Whether she agreed to be counted: null or false when she did not. */
  counted: unknown;
}

interface SealedStory {
  wraps: Link[];
  sealed: string[];
}

interface Queue {
  warnings: Warnings;
  reports: Record<string, SealedStory>;
}

type Opened = CustomEvent<{ documents: Document[] }>;

/** To be called once, before the keyring says whether it is open. */
export function watchOpenedAnswers(): void {
  document.addEventListener("opened", (event) => onStory(event as Opened));
  document.addEventListener("keyring", () => {
    if (keyringState().open) void warnInQueue();
  });
}

/** The story of a report's own page. */
function onStory({ target, detail }: Opened): void {
  if (!(target instanceof HTMLElement) || target.dataset["kind"] !== "narrative") return;
  const rule = json<Rule | null>("classification-rule");
  const [story] = detail.documents;
  if (!rule || !story) return;
  const answers = codedAnswers(story);
  warnAbove(warningsOf(rule.warnings, answers));
  const form = document.querySelector<HTMLFormElement>("form[data-classify]");
  if (!form) return;
  const suggestion = suggest(rule.suggestions, answers);
  if (suggestion) offer(form, suggestion);
  if (rule.counted) field<HTMLInputElement>(form, "count").value = JSON.stringify(countRow(answers));
}

const field = <E extends Element>(form: HTMLFormElement, name: string): E => form.elements.namedItem(name) as unknown as E;

function warnAbove(found: string[]): void {
  const place = document.querySelector("[data-warnings]");
  if (!place || !found.length) return;
  place.querySelector("[data-warning-list]")!.textContent = found.join(", ");
  show(place, true);
}

/** Says which class, and chooses it where nothing is chosen. It decides nothing. */
function offer(form: HTMLFormElement, { classification, why }: Suggestion): void {
  const select = field<HTMLSelectElement>(form, "classification");
  const option = [...select.options].find(({ value }) => value === classification);
  if (!option) return;
  const labels = json<Labels | null>("answer-labels") ?? {};
  form.querySelector("[data-suggested]")!.textContent = option.textContent;
  form.querySelector("[data-why]")!.textContent = why.map(([question, code]) => labels[question]?.[code] ?? code).join(", ");
  show(form.querySelector("[data-suggestion]"), true);
  if (!select.value) select.value = classification;
}

/** Warnings beside each row of the queue. The words themselves are opened in memory and shown nowhere. */
async function warnInQueue(): Promise<void> {
  const list = document.querySelector<HTMLElement>("[data-warnings-from]:not([data-warned])");
  if (!list) return;
  list.dataset["warned"] = "";
  const response = await fetch(list.dataset["warningsFrom"]!).catch(() => undefined);
  if (!response?.ok) return;
  const { warnings, reports } = (await response.json()) as Queue;
  for (const [id, story] of Object.entries(reports)) {
    const place = placeOf(list, id);
    place?.append(listener(story, (answers) => warnBeside(place, list, warningsOf(warnings, answers))));
  }
}

/** Where a row says what its report speaks of. Without data-report it is beside the link to the report. */
const placeOf = (list: HTMLElement, id: string): Element | null | undefined =>
  list.querySelector(`[data-report="${CSS.escape(id)}"]`) ?? list.querySelector(`a[href*="/${CSS.escape(id)}/"]`)?.parentElement;

/** A hidden <sealed-words>: it opens with the keyring, again and again. */
function listener({ wraps, sealed }: SealedStory, say: (answers: CodedAnswers) => void): HTMLElement {
  const element = document.createElement("sealed-words");
  const script = Object.assign(document.createElement("script"), { type: "application/json", textContent: JSON.stringify({ wraps, sealed }) });
  element.append(script);
  element.addEventListener("opened", (event) => say(codedAnswers((event as Opened).detail.documents[0] ?? {})));
  return element;
}

function warnBeside(place: Element, list: HTMLElement, found: string[]): void {
  if (!found.length || place.querySelector("[data-warning]")) return;
  const warning = document.createElement("small");
  warning.dataset["warning"] = "";
  warning.textContent = `${list.dataset["speaksOf"]} ${found.join(", ")}`;
  place.append(warning);
}
