/** Checks the proof that a reporter keeps, without any server. Format: docs/formats/receipt-proof.md. */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64, concat, equal, text as asText, utf8, type Bytes } from "./bytes";
import { HEADER } from "./evidence";
import { hasUnknown, parseNote, signedBy, vkey, writeNote, type Note } from "./note";
import { Policy, type Seen } from "./policy";
import { decodeBase64, decodeHash, decodeJson, decodeNumber, demand, Invalid, type Flat } from "./spelling";

const MAX_PROOF = 1024 * 1024;
const MAX_HASHES = 63;
const MAX_EVENT = 4096;

export interface Verdict {
  index: bigint;
  event: Flat;
  log: string;
  size: bigint;
  witnesses: Map<string, number>;
  registered: boolean;
}

interface Proof {
  index: bigint;
  hashes: Bytes[];
  note: Note;
  extra: Bytes | undefined;
}

function writeProof({ index, hashes, note, extra }: Proof): string {
  const lines = extra ? [`extra ${base64(extra)}`] : [];
  return [HEADER, ...lines, `index ${index}`, ...hashes.map(base64), "", writeNote(note)].join("\n");
}

function parseProof(written: string): Proof {
  demand(written.length <= MAX_PROOF, "the file is too long");
  const end = written.indexOf("\n\n");
  demand(end > 0, "not a proof file");
  const [header, ...lines] = written.slice(0, end).split("\n");
  demand(header === HEADER, "not a proof file");
  const note = parseNote(written.slice(end + 2));
  const extra = lines[0]?.startsWith("extra ") ? decodeBase64(lines.shift()!.slice(6)) : undefined;
  const [index] = lines;
  demand(index !== undefined && index.startsWith("index ") && lines.length <= MAX_HASHES + 1, "not a proof file");
  const proof = { index: decodeNumber(index.slice(6)), hashes: lines.slice(1).map(decodeHash), note, extra };
  demand(writeProof(proof) === written, "not the one spelling of a proof");
  return proof;
}

const pair = (left: Bytes, right: Bytes): Bytes => sha256(concat(Uint8Array.of(1), left, right)) as Bytes;

/** RFC 9162, section 2.1.3.2. */
function checkInclusion(index: bigint, size: bigint, leaf: Bytes, hashes: Bytes[], root: Bytes): void {
  demand(index < size, "the index lies outside the tree");
  let [place, last, node] = [index, size - 1n, leaf];
  for (const sibling of hashes) {
    demand(last > 0n, "the proof is too long");
    if (place & 1n || place === last) {
      node = pair(sibling, node);
      // Levels at which a node at the right edge has no sibling.
      while (place && !(place & 1n)) [place, last] = [place >> 1n, last >> 1n];
    } else {
      node = pair(node, sibling);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  demand(last === 0n && equal(node, root), "the proof leads to another root");
}

function isDay(day: string | number | undefined): boolean {
  if (typeof day !== "string" || !/^\d{4}-\d\d-\d\d$/.test(day) || day.startsWith("0000")) return false;
  const date = new Date(`${day}T00:00:00Z`);
  return !isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function exactly(members: Flat, names: string[]): void {
  demand(Object.keys(members).join() === names.join() && members["v"] === 1, "other members than these");
}

function decodeText(bytes: Bytes): string {
  try {
    return asText(bytes);
  } catch {
    throw new Invalid("not UTF-8");
  }
}

/** The event in an opening, and the hash of the leaf that it opens. */
function openLeaf(opening: string): { event: Flat; leaf: Bytes } {
  const members = decodeJson(opening);
  exactly(members, ["event", "nonce", "v"]);
  const { event: written, nonce: encoded } = members;
  demand(typeof written === "string" && typeof encoded === "string", "not an opening");
  const [event, nonce] = [decodeJson(written), decodeBase64(encoded)];
  demand(nonce.length === 32 && typeof event["kind"] === "string" && isDay(event["day"]), "an event says its kind and its day");
  demand([...written].length <= MAX_EVENT, "the event is too long");
  const data = concat(Uint8Array.of(1), hmac(sha256, nonce, utf8(written)));
  return { event, leaf: sha256(concat(Uint8Array.of(0), data)) as Bytes };
}

function openPolicy(written: string): Policy {
  const note = parseNote(written);
  const policy = Policy.parse(note.text);
  const signed = policy.logs.length === 1 && !hasUnknown(note, policy.logs) && signedBy(note, policy.logs).size > 0;
  demand(signed, "the log did not sign its policy");
  return policy;
}

function check({ index, hashes, note }: Proof, leaf: Bytes, policy: Policy): Seen {
  const seen = policy.check(note);
  checkInclusion(index, seen.checkpoint.size, leaf, hashes, seen.checkpoint.root);
  demand(seen.quorumMet, "too few witnesses saw this checkpoint");
  return seen;
}

/** Checks a file from beginning to end. Throws Invalid for any changed character. */
export function verifyEvidence(written: string, trusted?: string): Verdict {
  const proof = parseProof(written);
  demand(proof.extra, "the file holds no opening");
  const members = decodeJson(decodeText(proof.extra));
  exactly(members, ["opening", "policy", "v"]);
  demand(typeof members["opening"] === "string" && typeof members["policy"] === "string", "the file holds no opening");
  const { event, leaf } = openLeaf(members["opening"]);
  const stated = openPolicy(members["policy"]);
  demand(!hasUnknown(proof.note, stated.verifiers), "a signature of somebody whom the policy does not name");
  const policy = trusted === undefined ? stated : Policy.parse(trusted);
  let seen = check(proof, leaf, stated);
  if (policy !== stated) seen = check(proof, leaf, policy);
  const { checkpoint, log, times } = seen;
  const registered = policy.hasQuorum && seen.quorumMet;
  return { index: proof.index, event, log: vkey(log), size: checkpoint.size, witnesses: times, registered };
}
