/** Written by `./run generate` from the Python side (tests/client_types.py): not to be edited. */

/** What is sealed to the compartments in use. One document about her, also an empty one: it tells nothing. */
export interface AddedIn {
  narrative: string[];
  contact: [string];
}

/** What she tells later: added to the compartments in use, or moved with all of it to new ones. */
export interface AdditionIn {
  v: 1;
  key: string;
  priority: "p0" | "p1" | "p2" | "p3";
  sealed: AddedIn | MovedIn;
  words: Signed;
}

export interface BeginRekey {
  v: 1;
  step: "begin" | "more" | "finish";
}

/** The opened challenge. */
export interface ChallengeAnswer {
  ticket: string;
  answer: string;
}

export interface CompartmentIn {
  recipient: string;
  sealed: string[];
  wraps: [WrapIn, WrapIn];
}

export interface CompartmentsIn {
  narrative: CompartmentIn;
  contact: CompartmentIn;
  identity: CompartmentIn;
  thread: CompartmentIn;
}

/** A report as the reporter's browser sends it; also what the server makes when it seals in memory. */
export interface Envelope {
  v: 1;
  key: string;
  desk: string;
  priority: "p0" | "p1" | "p2" | "p3";
  kind_group: "question" | "substantive" | "data_request";
  retention_class: string;
  receipt: ReceiptIn;
  compartments: CompartmentsIn;
  words: Signed;
  grants: Signed[];
  proof_of_work: ProofOfWorkIn | null;
}

export interface GrantChange {
  v: 1;
  grant: Signed;
}

/** Her word about consent, as it was signed (docs/formats/grant.md). */
export interface GrantDocument {
  v: 2;
  scope: string;
  receiver: string | null;
  items: string[];
  given: boolean;
  day: string;
  until: string | null;
  method: string;
  signer: string;
  n: number;
  text: string;
}

/** A message of hers, with her signature over what is sealed. */
export interface HerMessageIn {
  v: 1;
  key: string;
  sealed: string;
  words: Signed;
}

export interface Joined {
  v: 1;
  step: "join";
  wraps: MemberWrap[];
}

/** The leaf that an opening of hers opens, and its day. */
export interface LeafIn {
  v: 1;
  leaf: string;
  day: string;
}

/** The first message of somebody who comes back. */
export interface Locator {
  locator: string;
}

/** The desk's key for one member, and the desk's word that the member's key was compared. */
export interface MemberWrap {
  id: string;
  sealed: string;
  voucher: Signed;
}

/** A message of the thread, whoever posts it. */
export interface MessageIn {
  v: 1;
  key: string;
  sealed: string;
}

/** The report goes to another desk: new compartments, and the old ones wrapped to it. */
export interface MovedIn {
  desk: string;
  compartments: CompartmentsIn;
  before: WrapBefore[];
}

/** A new code takes the old one's place: everything that the old one opened, for the new one. */
export interface NewCode {
  v: 1;
  receipt: ReceiptIn;
  change: Signed;
  words: Signed[];
  wraps: WrapAgain[];
  openings: OpeningAgain[];
}

export interface NewKey {
  v: 1;
  step: "key";
  recipient: string;
  signing: string;
  succession: Signed | null;
  wraps: MemberWrap[];
}

/** What a leaf of the report says (by its number), sealed to the new receipt. */
export interface OpeningAgain {
  number: number;
  sealed: string;
}

/** A person key as <key-setup> posts it. */
export interface PersonKey {
  v: 1;
  recipient: string;
  salt: string;
  n: number;
  r: number;
  p: number;
  sealed: string;
}

export interface ProofOfWorkIn {
  nonce: string;
  counter: number;
}

export interface ReceiptIn {
  locator: string;
  recipient: string;
  signing: string;
}

export interface Replaced {
  v: 1;
  step: "done";
  recipient: string;
  wraps: ReplacedWrap[];
}

export interface ReplacedWrap {
  id: string;
  sealed: string | null;
}

/** A message as a desk posts it, with the key of the thread that it is sealed to. */
export interface ReplyIn {
  v: 1;
  key: string;
  sealed: string;
  thread: string;
}

/** A statement (docs/formats/statement.md) as JSON carries it: the document as text, and its signature. */
export interface Signed {
  document: string;
  signature: string;
}

/** A compartment (by its public key), wrapped to the new receipt. */
export interface WrapAgain {
  of: string;
  sealed: string;
}

/** A compartment that there was already, wrapped to whom it belongs to now. */
export interface WrapBefore {
  to: string;
  sealed: string;
  of: string;
}

export interface WrapIn {
  to: string;
  sealed: string;
}

/** What the server may answer instead (docs/formats/). */
export type ErrorCode = "malformed" | "visit_over" | "again" | "locked" | "no_key" | "unknown" | "stale_desk" | "stale_number" | "proof_of_work" | "closed" | "no_room" | "too_long" | "slow_down" | "busy" | "unsafe_keys" | "full" | "last_member";

export const MAX_ENVELOPE_BYTES = 1_572_864;
export const MAX_PART_BYTES = 200_000;
export const MAX_STORY_BYTES = 1_000_000;
export const VISIT_SECONDS = 900;
export const SCRYPT_FLOOR_N = 131_072;
export const SCRYPT_CEILING_N = 1_048_576;

export const ABOUT_HER: readonly string[] = ["contact_preference"];
export const FIELDS_ABOUT_HER: readonly string[] = ["name", "contact", "hours"];
export const CHILD_AGES: readonly string[] = ["u14", "a14_15", "a16_17"];
export const ADULT_AGES: readonly string[] = ["a18_24", "a25_29", "a30_39", "a40_49", "a50", "adult_ns"];
export const CHILD_HARMS: readonly string[] = ["child_sex_exploitation", "child_taken"];
export const LIFE_HARMS: readonly string[] = ["attempted_killing", "child_taken", "killing", "missing"];
export const SEXUAL_HARMS: readonly string[] = ["child_sex_exploitation", "coerced_acts", "condom_refusal", "forced_sexual_services", "off_sexual_extortion", "rape", "sexual_assault"];
export const OFFICIAL_FORCE: readonly string[] = ["off_detention", "off_violence", "torture"];
export const GRAVE_HARMS: readonly string[] = ["confinement", "rape", "self_harm_risk", "torture"];
export const FELT_DANGER: readonly string[] = ["soon", "unsure"];
export const RECENT: readonly string[] = ["h24", "h72", "ongoing"];
export const QUESTIONS: readonly string[] = ["feedback", "information_question"];
export const FACTS: readonly string[] = ["harms", "time_since", "place", "channel", "did"];
export const CONSENTS_ON_FORM: readonly string[] = ["count_statistics", "alert_members", "alert_public", "pattern_link", "share_service"];
export const NOT_OF_A_CHILD: readonly string[] = ["alert_members", "alert_public", "pattern_link"];

/** Columns of a count row, and the question that fills each. */
export const COUNTED: Readonly<Record<string, string>> = { report_kind: "kind", primary_harm: "harms", province: "place", perpetrator_relation: "did", police_option: "police_option", age_group: "age_band" };
