/**
 * The staff member's key: in this worker's memory only, for ten idle minutes, never in any storage. A SharedWorker
 * serves all her pages; where a browser has none, a Worker serves one. Pages send requests and get texts, never keys.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { isVouched, makeReply, succeed, vouch, type Reply } from "./authorship";
import { base64, base64url, equal, fromBase64, random, saltOf, text, utf8 } from "./bytes";
import type * as messages from "./generated";
import { FLOOR, stretchPassphrase, WeakStretch } from "./passphrase";
import { CannotOpen, follow, newKey, open, openDocument, recipientOf, sealDocument, unwrap, wrap, type Identity, type KeyPair, type Recipient, type Wrapped } from "./seal";
import type { Link } from "./opener";
import { checkOpened, type KeysTold, type Opened } from "./renewal";
import { signingPublic } from "./sign";
import { NotSigned } from "./statement";
import { alike } from "./similar";
import { deskSigningSeed } from "./stretch";

const IDLE_MS = 10 * 60_000;
const PASSPHRASE_WORDS = 6;

export interface State {
  open: boolean;
  recipient?: Recipient;
}

export type PersonKey = Omit<messages.PersonKey, "v">;

export interface DeskKey {
  wrap: string;
  recipient: Recipient;
}

export interface Requests {
  state: { ask: null; answer: State };
  touch: { ask: null; answer: null };
  lock: { ask: null; answer: null };
  unlock: { ask: { passphrase: string; key: PersonKey }; answer: null };
  open: { ask: { wraps: Link[]; sealed: string[] }; answer: Record<string, unknown>[] };
  recipient: { ask: { wraps: Link[] }; answer: Recipient };
  group: { ask: { stories: Story[] }; answer: Groups };
  openings: { ask: { threads: Link[][]; sealed: string[] }; answer: string[] };
  prove: { ask: { ticket: string; wraps: Link[]; sealed: string }; answer: string };
  veil: { ask: { draft: string; to: Recipient }; answer: string };
  reply: { ask: { wraps: Link[]; to: Recipient; reply: Reply }; answer: string };
  make: { ask: { words: readonly string[] }; answer: { passphrase: string[]; key: PersonKey } };
  desk: { ask: { code: string; keys: KeysTold; old: DeskKey | null; new: DeskKey | null }; answer: NextKey };
  share: { ask: { members: Member[]; key: "old" | "new" }; answer: messages.MemberWrap[] };
  rewrap: { ask: { wraps: { id: string; sealed: string; of: Recipient }[] }; answer: messages.ReplacedWrap[] };
}

/** How the story of a report begins, sealed; null where it is too long to be compared. */
export interface Story {
  id: string;
  story: { wraps: Link[]; sealed: string[] } | null;
}

/** Reports by their ids: those told in nearly the same words together, and those that could not be compared. */
export interface Groups {
  groups: string[][];
  apart: string[];
}

/** A desk's new key, and the old one's word for it: none for the first, and none for one that was made before. */
export interface NextKey {
  recipient: Recipient;
  signing: string;
  succession: messages.Signed | null;
}

/** Somebody who is to hold the desk's key: known by the desk's own word, or because a fingerprint was compared. */
export interface Member {
  id: string;
  recipient: Recipient;
  voucher?: messages.Signed | null;
  compared?: boolean;
}

export type Name = keyof Requests;
export type Failure = "locked" | "wrong" | "swapped" | "weak" | "unsafe_keys" | "broken";

class Locked extends Error {}

/** The passphrase opens a key, and the row names another. */
class Swapped extends Error {}

let person: KeyPair | undefined;
let desk: { code: string; old: KeyPair; new: KeyPair } | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
/** How often it was locked: what a lock overtook is not answered. */
let locks = 0;
const pages = new Set<MessagePort | DedicatedScope>();

interface DedicatedScope {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

const state = (): State => (person ? { open: true, recipient: person.recipient } : { open: false });

function announce(): void {
  for (const page of pages) page.postMessage({ state: state() });
}

function touch(): null {
  clearTimeout(timer);
  if (person) timer = setTimeout(lock, IDLE_MS);
  return null;
}

function lock(): null {
  clearTimeout(timer);
  person = undefined;
  desk = undefined;
  locks += 1;
  announce();
  return null;
}

function key(): KeyPair {
  if (!person) throw new Locked();
  touch();
  return person;
}

async function unlock(passphrase: string, { salt, n, r, p, sealed, recipient }: PersonKey): Promise<null> {
  const behind = stretchPassphrase(passphrase, saltOf(salt), { n, r, p });
  const identity = await unwrap(fromBase64(sealed), behind);
  if ((await recipientOf(identity)) !== recipient) throw new Swapped();
  person = { identity, recipient };
  touch();
  announce();
  return null;
}

async function make(words: readonly string[]): Promise<{ passphrase: string[]; key: PersonKey }> {
  const passphrase = Array.from({ length: PASSPHRASE_WORDS }, () => words[below(words.length)]!);
  const salt = random(16);
  const behind = stretchPassphrase(passphrase.join(" "), salt, FLOOR);
  const made = await newKey();
  const sealed = base64(await wrap(made.identity, await recipientOf(behind)));
  return { passphrase, key: { ...FLOOR, salt: base64url(salt), sealed, recipient: made.recipient } };
}

/** A random place in a list, each as likely as the others. */
function below(length: number): number {
  for (;;) {
    const [value] = new Uint32Array(random(4).buffer);
    if (value! < Math.floor(2 ** 32 / length) * length) return value! % length;
  }
}

/** Follows wraps from the own key to the one that closes. */
const through = (wraps: Link[]): Promise<Identity> => follow(links(wraps), key().identity);

const links = (wraps: Link[]): Wrapped[] => wraps.map(({ sealed, of }) => ({ sealed: fromBase64(sealed), ...(of && { of }) }));

/** Opens stories and says which are alike: their words stay here. The first wrap is the desk's key, so opened once. */
async function group(stories: Story[]): Promise<Groups> {
  const desks = new Map<string, Promise<Identity>>();
  const told: { id: string; words: string }[] = [];
  const apart: string[] = [];
  for (const { id, story } of stories) {
    key(); // locked meanwhile, it ends here
    const words = story && (await beginning(story.wraps, story.sealed, desks).catch(() => undefined));
    if (typeof words === "string") told.push({ id, words });
    else apart.push(id);
  }
  return { groups: alike(told.map(({ words }) => words)).map((places) => places.map((place) => told[place]!.id)), apart };
}

async function beginning([first, ...rest]: Link[], sealed: string[], desks: Map<string, Promise<Identity>>): Promise<string> {
  const desk = desks.get(first!.sealed) ?? through([first!]);
  desks.set(first!.sealed, desk);
  const { words, answers } = await openDocument(fromBase64(sealed[0]!), await follow(links(rest), await desk));
  // Who wrote nothing is known by her answers only.
  return typeof words === "string" && words.trim() ? words : JSON.stringify(answers ?? "");
}

/** What was sealed before a report moved is sealed to the thread that it had then. */
async function openWithOne(sealed: Uint8Array, identities: Identity[]): Promise<string> {
  for (const identity of identities) {
    const opened = await open(sealed, identity).catch(() => undefined);
    if (opened) return text(opened);
  }
  throw new CannotOpen("key");
}

/** The answer to the server's challenge, and to nothing else that is sealed to this key. docs/formats/opened.md. */
async function answerOpened(ticket: string, sealed: Uint8Array, identity: Identity): Promise<string> {
  const opened = await open(sealed, identity);
  const binding = sha256(utf8(`tincay/opened/v1\0${ticket}`));
  if (opened.length !== 64 || !equal(opened.subarray(32), binding)) throw new CannotOpen("another challenge");
  return `${ticket}.${base64url(opened.subarray(0, 32))}`;
}

async function openDesk({ wrap: sealed, recipient }: DeskKey): Promise<KeyPair> {
  return { identity: await unwrap(fromBase64(sealed), key().identity, recipient), recipient };
}

const halves = async ({ identity, recipient }: KeyPair): Promise<Opened> => ({
  recipient,
  signing: base64url(await signingPublic(deskSigningSeed(identity))),
});

/**
 * Opens a desk's keys, to hand one on or to wrap anew: only to a key that the old one signed, or that is made here.
 * What the server calls the desk's keys is believed where it follows from what was signed.
 */
async function takeUp(code: string, keys: KeysTold, old: DeskKey | null, begun: DeskKey | null): Promise<NextKey> {
  desk = undefined;
  const [before, taken] = await Promise.all([old && openDesk(old), begun && openDesk(begun)]);
  const number = await checkOpened(code, keys, before && (await halves(before)), taken && (await halves(taken)));
  const fresh = taken ?? (await newKey());
  const next = await halves(fresh);
  const succession = before && !taken ? await succeed(deskSigningSeed(before.identity), { desk: code, number: number + 1, ...next }) : null;
  // A desk's first key has none before it.
  desk = { code, old: before ?? fresh, new: fresh };
  return { ...next, succession };
}

function deskKeys(): { code: string; old: KeyPair; new: KeyPair } {
  key();
  if (!desk) throw new Locked();
  return desk;
}

async function wrapAgain(sealed: string, of: Recipient): Promise<string | null> {
  const { old, new: fresh } = deskKeys();
  try {
    return base64(await wrap(await unwrap(fromBase64(sealed), old.identity, of), fresh.recipient));
  } catch (error) {
    if (error instanceof CannotOpen) return null;
    throw error;
  }
}

/** Wraps to those whose key is theirs for certain; who is not among them waits until fingerprints are compared. */
async function share(members: Member[], which: "old" | "new"): Promise<messages.MemberWrap[]> {
  const { code, old, [which]: chosen } = deskKeys();
  const seed = deskSigningSeed(chosen.identity);
  const known = await signingPublic(deskSigningSeed(old.identity));
  const wraps: messages.MemberWrap[] = [];
  for (const { id, recipient, voucher, compared } of members) {
    if (!compared && recipient !== key().recipient && !(voucher && (await isVouched(known, code, old.recipient, recipient, voucher)))) continue;
    const sealed = base64(await wrap(chosen.identity, recipient));
    wraps.push({ id, sealed, voucher: await vouch(seed, code, chosen.recipient, recipient) });
  }
  return wraps;
}

type Handlers = { [N in Name]: (ask: Requests[N]["ask"]) => Requests[N]["answer"] | Promise<Requests[N]["answer"]> };

const handlers: Handlers = {
  state,
  touch,
  lock,
  unlock: ({ passphrase, key: given }) => unlock(passphrase, given),
  async open({ wraps, sealed }) {
    const identity = await through(wraps);
    return Promise.all(sealed.map((one) => openDocument(fromBase64(one), identity)));
  },
  recipient: async ({ wraps }) => recipientOf(await through(wraps)),
  group: ({ stories }) => group(stories),
  async openings({ threads, sealed }) {
    const identities = await Promise.all(threads.map(through));
    return Promise.all(sealed.map((one) => openWithOne(fromBase64(one), identities)));
  },
  prove: async ({ ticket, wraps, sealed }) => answerOpened(ticket, fromBase64(sealed), await through(wraps)),
  // Needs no open key: the lock itself has it done.
  veil: async ({ draft, to }) => base64(await sealDocument({ draft }, to)),
  async reply({ wraps, to, reply }) {
    const seed = deskSigningSeed(await through(wraps));
    return base64(await sealDocument(await makeReply(seed, base64url(await signingPublic(seed)), reply), to));
  },
  make: ({ words }) => make(words),
  desk: ({ code, keys, old, new: begun }) => takeUp(code, keys, old, begun),
  share: ({ members, key: which }) => share(members, which),
  rewrap: ({ wraps }) => Promise.all(wraps.map(async ({ id, sealed, of }) => ({ id, sealed: await wrapAgain(sealed, of) }))),
};

const WITHOUT_KEY: readonly Name[] = ["state", "touch", "lock", "unlock", "make", "veil"];

function failure(error: unknown): Failure {
  if (error instanceof Locked) return "locked";
  if (error instanceof Swapped) return "swapped";
  if (error instanceof WeakStretch) return "weak";
  if (error instanceof NotSigned) return "unsafe_keys";
  return error instanceof CannotOpen ? "wrong" : "broken";
}

/** One request of a page. Only the name of a failure goes back: an error's text could hold what was typed. */
async function answer(page: MessagePort | DedicatedScope, { id, name, ask }: { id: number; name: Name; ask: never }): Promise<void> {
  const before = locks;
  try {
    const answer = await handlers[name](ask);
    if (locks !== before && !WITHOUT_KEY.includes(name)) throw new Locked();
    page.postMessage({ id, answer });
  } catch (error) {
    page.postMessage({ id, failure: failure(error) });
  }
}

function serve(page: MessagePort | DedicatedScope): void {
  pages.add(page);
  page.onmessage = (event: MessageEvent) => {
    if (event.data.name === "leave") pages.delete(page);
    else void answer(page, event.data);
  };
}

if ("onconnect" in globalThis) {
  addEventListener("connect", (event) => serve((event as MessageEvent).ports[0]!));
} else {
  serve(globalThis as unknown as DedicatedScope);
}
