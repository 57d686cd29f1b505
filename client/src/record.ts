/** Who wrote what this page shows: checked before any of it is shown. docs/formats/words.md. */

import { checkKept, checkSteps, Forged, herWords, readReply, readStep, successors, type HerWords, type Said } from "./authorship";
import { fromBase64 } from "./bytes";
import type { Signed } from "./generated";
import { opener, type Document, type Link } from "./opener";
import { all, json, show } from "./texts";

/** What the page gives (reports/signed_words.py `record_json`), and at the desk what its own replies need. */
export interface RecordData {
  /** The log's verifying key, and the report's id as its leaves say it. */
  log: string;
  record: string;
  signing: string;
  statements: Signed[];
  later: Signed[];
  changes: Signed[];
  /** Where the page shows how far it came: the stage, what each leaf of the report says, sealed, and SHA-256 of each
   * text that is kept of what she told. */
  steps?: { stage: string; sealed: string[]; kept: string[] };
  /** At the desk: the threads that the report had, oldest first, and the opening of its first leaf. */
  threads?: Link[][];
  first?: string;
  desk?: { code: string; wraps: Link[]; by: number; day: string } | null;
}

/** One sealed thing as a page carries it; `said` is what the page says of a desk's reply. */
export interface SealedThing {
  wraps: Link[];
  sealed: string[];
  said?: (Omit<Said, "thread"> & { days: string[] }) | null;
}

export class PageRecord {
  private constructor(readonly words: HerWords, private readonly later: readonly Signed[]) {}

  static async read(data: RecordData): Promise<PageRecord> {
    const words = await herWords(await opener().signing(data), data.statements);
    return new PageRecord(words, data.later);
  }

  /** The documents with nothing in them that was not written by whom the page names. Throws Forged. */
  async authored(documents: Document[], { wraps, sealed, said }: SealedThing): Promise<Document[]> {
    const recipient = wraps[wraps.length - 1]?.of ?? "";
    if (said) {
      if (!this.words.recipients("thread").includes(recipient)) throw new Forged("another_place");
      const keys = await successors(this.words.deskKeys(recipient), this.later);
      return Promise.all(documents.map(async (document) => ({ words: await readReply(document, keys, { ...said, thread: recipient }) })));
    }
    for (const one of sealed) this.words.check(recipient, fromBase64(one));
    return documents;
  }

  /** Throws Forged when a part of her story, or a message of hers, is not on this page. */
  checkWhole(recipient: string, things: readonly SealedThing[]): void {
    this.words.checkWhole(recipient, things.flatMap(({ sealed }) => sealed.map(fromBase64)));
  }
}

let known: { text: string; record: Promise<PageRecord> } | undefined;

/** The record of this page; undefined where the page is about none. Rejects with Forged. */
export function pageRecord(): Promise<PageRecord> | undefined {
  const text = document.getElementById("record")?.textContent;
  if (!text) return undefined;
  if (known?.text !== text) {
    const record = PageRecord.read(JSON.parse(text) as RecordData);
    known = { text, record };
    // What failed is tried again: the key may have gone while it was read.
    record.catch(() => (known = undefined));
  }
  return known.record;
}

/** The same where words of somebody are shown or answered. Rejects with Forged. */
export const neededRecord = (): Promise<PageRecord> => pageRecord() ?? Promise.reject(new Forged("words_missing"));

export const recordData = (): RecordData => json<RecordData>("record");

const thingIn = (element: HTMLElement): SealedThing => JSON.parse(element.querySelector("script[type='application/json']")!.textContent!) as SealedThing;

/** Where the page shows how far it came: every step is there, and says what the page says. */
async function checkHistory(words: HerWords): Promise<void> {
  const data = recordData();
  if (!data.steps || !document.querySelector("[data-whole-thread]")) return;
  const steps = await Promise.all((await opener().openings(data)).map((opened) => readStep(opened, data)));
  const events = steps.map(({ event }) => event);
  const shown = all(document, "sealed-words[data-thread]").flatMap((element) => thingIn(element).sealed.map(fromBase64));
  checkSteps(events, data.steps.stage, words, shown);
  checkKept(events, words, data.steps.kept);
}

/** As soon as the key is there: her own signatures first, then whether everything of hers is on the page. */
export async function checkPage(): Promise<void> {
  if (!opener().ready()) known = undefined;
  if (!opener().ready() || !document.querySelector("sealed-words,#record")) return;
  // Of this page: another one may have been put in place before the answer is there.
  const places = all(document, "[data-when-forged]");
  const forged = await neededRecord()
    .then(async (record) => {
      const things = all(document, "sealed-words[data-thread]").map(thingIn).filter(({ said }) => !said);
      const threads = document.querySelector("[data-whole-thread]") ? record.words.recipients("thread") : [];
      for (const thread of threads) record.checkWhole(thread, things);
      await checkHistory(record.words);
      return false;
    })
    // What cannot be opened or read is no better than what is forged; a key that went meanwhile says nothing.
    .catch(() => opener().ready());
  for (const place of places) show(place, forged);
}

