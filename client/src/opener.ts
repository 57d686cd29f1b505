/** Who can open words in this document: the receipt in memory, or the desk's keyring. Set once by the script. */

import type { Bytes } from "./bytes";
import type { MessageIn } from "./generated";
import type { RecordData } from "./record";

export interface Link {
  sealed: string;
  of?: string;
}

export type Document = Record<string, unknown>;

export interface Opener {
  /** Whether a key is there now. */
  ready(): boolean;
  /** Follows the wraps and opens the documents. Rejects when one of them does not open. */
  open(wraps: Link[], sealed: string[]): Promise<Document[]>;
  /** The key under which everything of hers on this page was signed. Rejects with Forged. */
  signing(record: RecordData): Promise<Bytes>;
  /** What the leaves of this page's report say, opened, in order. */
  openings(record: RecordData): Promise<string[]>;
  /** A message of the thread as this side sends it: sealed, and signed. `about` is the element's data. */
  message(words: string, key: string, about: DOMStringMap): Promise<MessageIn>;
}

let current: Opener = {
  ready: () => false,
  open: () => Promise.reject(new Error("no key")),
  signing: () => Promise.reject(new Error("no key")),
  openings: () => Promise.reject(new Error("no key")),
  message: () => Promise.reject(new Error("no key")),
};

export const setOpener = (opener: Opener): void => {
  current = opener;
};

export const opener = (): Opener => current;
