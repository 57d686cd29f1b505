/** What a flood held, sorted while the keyring is open: what somebody wrote once, then what was written often. docs/client.md. */

import { ask, keyringState } from "./keyring-link";
import type { Groups, Story } from "./keyring";
import { all, count, fail, show } from "./texts";

interface HeldReport extends Story {
  name: string;
  address: string;
  priority: string;
  urgency: string;
  due: string;
}

interface HeldPage {
  reports: HeldReport[];
  after: string | null;
}

const MOST = 2000;
let asked = 0;

/** To be called once, before the keyring says whether it is open. */
export function sortHeld(): void {
  document.addEventListener("keyring", () => {
    for (const place of all(document, "[data-held-from]")) {
      if (!keyringState().open) forget(place);
      else if (!("sorted" in place.dataset)) void sort(place);
    }
  });
}

/** Which reports are alike is known from their words, so it goes with the key. */
function forget(place: HTMLElement): void {
  asked++;
  delete place.dataset["sorted"];
  showSorted(place, false);
  place.querySelector("[data-lines]")!.replaceChildren();
}

async function sort(place: HTMLElement): Promise<void> {
  const mine = ++asked;
  place.dataset["sorted"] = "";
  const working = place.querySelector("[data-busy]");
  fail(place, "");
  show(working, true);
  try {
    const reports = await fetchAll(place.dataset["heldFrom"]!);
    const groups = await ask("group", { stories: reports.map(({ id, story }) => ({ id, story })) });
    if (mine === asked && keyringState().open) put(place, reports, groups);
  } catch {
    if (mine === asked) fail(place, keyringState().open ? "other" : "");
  }
  if (mine === asked) show(working, false);
}

async function fetchAll(address: string): Promise<HeldReport[]> {
  const reports: HeldReport[] = [];
  for (let after: string | null = ""; after !== null && reports.length < MOST; ) {
    const response = await fetch(after ? `${address}?after=${encodeURIComponent(after)}` : address);
    if (!response.ok) throw new Error("no answer");
    const page = (await response.json()) as HeldPage;
    reports.push(...page.reports);
    after = page.after;
  }
  return reports;
}

function put(place: HTMLElement, reports: HeldReport[], { groups, apart }: Groups): void {
  const report = new Map(reports.map((one) => [one.id, one]));
  const rows = (ids: string[]): Node[] => ids.map((id) => row(place, report.get(id)!));
  const single = groups.filter(({ length }) => length === 1).flat();
  const lines = groups.filter(({ length }) => length > 1).map((ids) => many(place, "alike", rows(ids)));
  const list = place.querySelector("[data-lines]")!;
  list.replaceChildren();
  if (single.length) list.append(filled(place, "[data-single]", rows(single)));
  list.append(...lines);
  if (apart.length) list.append(many(place, "apart", rows(apart)));
  showSorted(place, true);
}

const copy = (place: HTMLElement, which: string): HTMLElement =>
  place.querySelector<HTMLTemplateElement>("template")!.content.querySelector(which)!.cloneNode(true) as HTMLElement;

function filled(place: HTMLElement, which: string, rows: Node[]): HTMLElement {
  const list = copy(place, which);
  (list.matches("ul") ? list : list.querySelector("ul"))!.append(...rows);
  return list;
}

function many(place: HTMLElement, which: string, rows: Node[]): HTMLElement {
  const line = filled(place, `[data-many=${which}]`, rows);
  for (const words of all(line, "[data-count]")) count(words, rows.length);
  return line;
}

function row(place: HTMLElement, { name, address, priority, urgency, due }: HeldReport): HTMLElement {
  const line = copy(place, "[data-row]");
  line.className = priority;
  const link = line.querySelector("a")!;
  link.textContent = name;
  link.href = address;
  line.querySelector("[data-due]")!.textContent = due;
  line.querySelector("[data-urgency]")!.textContent = urgency;
  return line;
}

function showSorted(place: HTMLElement, sorted: boolean): void {
  show(place.querySelector("[data-lines]"), sorted);
  show(place.querySelector("[data-unsorted]"), !sorted);
}
