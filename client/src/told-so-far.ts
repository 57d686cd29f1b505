/** What she has told so far, opened and checked on the phone, in order. docs/client.md, "The JSON script told". */

import { allTogether, type Before } from "./addition";
import { checkKept, digest, Forged, readStep, type StepEvent } from "./authorship";
import { fromBase64, utf8 } from "./bytes";
import type { Told } from "./envelope";
import { opener } from "./opener";
import { neededRecord, recordData } from "./record";
import { spelled } from "./statement";
import { json } from "./texts";

/** A compartment of hers: the wrap that her receipt opens, and what was sealed to it. */
interface Kept extends Omit<Before, "texts"> {
  texts: string[];
}

/** What she said at one time. */
export interface Entry {
  day: string;
  answers: Told;
  words: string;
  /** The day on which it was erased, or "". */
  erased: string;
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string" && one !== "");

const answersOf = (documents: readonly Record<string, unknown>[]): Told =>
  Object.fromEntries(documents.flatMap(({ answers, fields }) => Object.entries({ ...(answers as object), ...(fields as object) })).map(([name, said]) => [name, list(said)]));

async function steps(): Promise<StepEvent[]> {
  const data = recordData();
  const opened = await Promise.all((await opener().openings(data)).map((one) => readStep(one, data)));
  const events = opened.map(({ event }) => event);
  if (!events.length || events.some(({ n }, i) => n !== i + 1)) throw new Forged("step_missing");
  return events;
}

/** Throws Forged: something in it is not hers, or a part is missing that no step erased. */
export async function readTold(): Promise<{ entries: Entry[]; all: Told; before: Before[] }> {
  const kept = json<Kept[]>("told");
  const { words } = await neededRecord();
  const events = await steps();
  const found = new Map<string, Record<string, unknown>>();
  for (const { of, sealed, texts } of kept) {
    const documents = await opener().open([{ sealed, of }], texts);
    texts.forEach((text, i) => found.set(digest(fromBase64(text)), documents[i]!));
  }
  checkKept(events, words, [...found.keys()]);
  const entries: Entry[] = [];
  for (const statement of words.documents) {
    if (statement.kind === "message") continue;
    const step = events.find((event) => event.words === digest(utf8(spelled(statement))));
    if (!step) throw new Forged("words_missing");
    const hashes = ["narrative", "contact"].flatMap((name) => statement.compartments[name]?.sealed ?? []);
    const documents = hashes.flatMap((hash): Record<string, unknown>[] => (found.has(hash) ? [found.get(hash)!] : []));
    const gone = documents.length < hashes.length && events.find(({ kind, n }) => kind === "data_deleted" && n > step.n);
    entries.push({
      day: step.day,
      answers: answersOf(documents),
      words: documents.map((document) => list(document["words"]).join("\n")).join(""),
      erased: gone ? gone.day : "",
    });
  }
  return { entries, all: allTogether(entries.map(({ answers }) => answers)), before: kept.map((one) => ({ ...one, texts: one.texts.length })) };
}

/** A day as people write it. */
export function dayWords(day: string): string {
  const vietnamese = document.documentElement.lang === "vi";
  const weekday = { weekday: "long", timeZone: "UTC" } as const;
  const at = new Date(`${day}T00:00:00Z`);
  if (!vietnamese) return at.toLocaleDateString("en-GB", { ...weekday, day: "numeric", month: "long", year: "numeric" });
  return `${at.toLocaleDateString("vi-VN", weekday)} ${day.split("-").reverse().join("/")}`;
}
