/** Who can open words in this document: the receipt in memory, or the desk's keyring. Set once by the script. */

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
  /** A padded document, sealed and written as base64; needs no key of ours. */
  seal(document: unknown, to: string): Promise<string>;
}

let current: Opener = {
  ready: () => false,
  open: () => Promise.reject(new Error("no key")),
  seal: () => Promise.reject(new Error("no sealer")),
};

export const setOpener = (opener: Opener): void => {
  current = opener;
};

export const opener = (): Opener => current;
