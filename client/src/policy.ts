/** Whom an install trusts, and how many must have seen a checkpoint (C2SP tlog-policy; core/ledger/policy.py). */

import type { Bytes } from "./bytes";
import { equal } from "./bytes";
import { COSIGNATURE, ED25519, parseVkey, signedBy, type Note, type Verifier } from "./note";
import { decodeHash, decodeNumber, demand, Invalid } from "./spelling";

const NOBODY = "none";
const MAX_LINES = 200;

interface Group {
  needed: bigint;
  members: string[];
}

export interface Checkpoint {
  origin: string;
  size: bigint;
  root: Bytes;
}

export interface Seen {
  checkpoint: Checkpoint;
  log: Verifier;
  times: Map<string, number>;
  quorumMet: boolean;
}

export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.replace(/\n$/, "").split("\n");
  demand(lines.length >= 3 && !lines.includes("") && text.endsWith("\n"), "not a checkpoint");
  return { origin: lines[0]!, size: decodeNumber(lines[1]!), root: decodeHash(lines[2]!) };
}

export class Policy {
  readonly logs: Verifier[] = [];
  readonly witnesses = new Map<string, Verifier>();
  private readonly groups = new Map<string, Group>();
  private readonly used = new Set<string>();
  private quorum: string | undefined;

  /** Throws Invalid. */
  static parse(text: string): Policy {
    demand(![...text].some((letter) => (letter < " " && !"\t\n".includes(letter)) || letter === "\x7f"), "a control character");
    const lines = text.split("\n");
    demand(lines.length <= MAX_LINES, "too many lines");
    const policy = new Policy();
    for (const line of lines) {
      const words = line.split(/[\t ]/).filter(Boolean);
      if (words.length && !words[0]!.startsWith("#")) policy.add(words);
    }
    demand(policy.quorum !== undefined, "no quorum line");
    return policy;
  }

  get hasQuorum(): boolean {
    return this.quorum !== NOBODY;
  }

  get verifiers(): Verifier[] {
    return [...this.logs, ...this.witnesses.values()];
  }

  check(note: Note): Seen {
    const checkpoint = parseCheckpoint(note.text);
    const signed = signedBy(note, this.verifiers);
    const log = this.logs.find((key) => signed.has(key) && key.name === checkpoint.origin);
    demand(log, "no trusted log signed this checkpoint");
    const saw = [...this.witnesses].filter(([, key]) => signed.has(key));
    const times = new Map(saw.map(([name, key]) => [name, signed.get(key)!]));
    return { checkpoint, log, times, quorumMet: !this.hasQuorum || this.agrees(this.quorum!, times) };
  }

  private agrees(name: string, times: Map<string, number>): boolean {
    if (this.witnesses.has(name)) return times.has(name);
    const { needed, members } = this.groups.get(name)!;
    return BigInt(members.filter((member) => this.agrees(member, times)).length) >= needed;
  }

  private add([kind, ...rest]: string[]): void {
    const count = rest.length;
    if (kind === "log" && (count === 1 || count === 2)) return this.addLog(rest[0]!);
    if (kind === "witness" && (count === 2 || count === 3)) return this.addWitness(rest[0]!, rest[1]!);
    if (kind === "group" && count >= 3) return this.addGroup(rest[0]!, rest[1]!, rest.slice(2));
    if (kind === "quorum" && count === 1) return this.setQuorum(rest[0]!);
    throw new Invalid("not a line of a policy");
  }

  private addLog(written: string): void {
    const key = parseVkey(written);
    demand(key.type === ED25519 && !this.logs.some((other) => equal(other.key, key.key)), "a wrong key");
    this.logs.push(key);
  }

  private addWitness(name: string, written: string): void {
    this.checkNew(name);
    const key = parseVkey(written);
    const known = [...this.witnesses.values()].some((other) => equal(other.key, key.key));
    demand(key.type === COSIGNATURE && !known, "a wrong key");
    this.witnesses.set(name, key);
  }

  private addGroup(name: string, written: string, members: string[]): void {
    this.checkNew(name);
    for (const member of members) {
      demand(this.knows(member) && !this.used.has(member), "a member is unknown, or counted twice");
      this.used.add(member);
    }
    const words: Record<string, bigint> = { any: 1n, all: BigInt(members.length) };
    const needed = words[written] ?? decodeNumber(written);
    demand(needed >= 1n && needed <= BigInt(members.length), "more agreement than members");
    this.groups.set(name, { needed, members });
  }

  private setQuorum(name: string): void {
    demand(this.quorum === undefined && (name === NOBODY || this.knows(name)), "one quorum, of a name defined above");
    this.quorum = name;
  }

  private knows(name: string): boolean {
    return this.witnesses.has(name) || this.groups.has(name);
  }

  private checkNew(name: string): void {
    demand(name !== NOBODY && !this.knows(name), "the name is taken");
  }
}
