/**
 * How soon a person has to look. The same rule as tincay/core/priority.py, since the answers it reads are sealed;
 * tests/vectors/priority.json holds both to one result.
 */

export type Priority = "p0" | "p1" | "p2" | "p3";
export type KindGroup = "question" | "substantive" | "data_request";

export interface Answers {
  kindGroup: KindGroup;
  danger: string;
  harms: readonly string[];
  timeSince: string;
  ageBand: string;
  frequency: string;
  needs: readonly string[];
}

const CHILD_AGES = ["u14", "a14_15", "a16_17"];
const CHILD_HARMS = ["child_sex_exploitation", "child_taken"];
const LIFE_HARMS = ["killing", "missing", "attempted_killing", "child_taken"];
const SEXUAL_HARMS = [
  "rape",
  "sexual_assault",
  "coerced_acts",
  "condom_refusal",
  "forced_sexual_services",
  "child_sex_exploitation",
  "off_sexual_extortion",
];
const OFFICIAL_FORCE = ["off_violence", "off_detention", "torture"];
const GRAVE_HARMS = ["rape", "torture", "confinement", "self_harm_risk"];
const FELT_DANGER = ["soon", "unsure"];
const RECENT = ["h24", "h72", "ongoing"];
const QUESTIONS = ["information_question", "feedback"];

export function kindGroup(reportKind: string): KindGroup {
  if (QUESTIONS.includes(reportKind)) return "question";
  return reportKind === "data_request" ? "data_request" : "substantive";
}

export const isChild = (answers: Answers): boolean =>
  CHILD_AGES.includes(answers.ageBand) || answers.harms.some((harm) => CHILD_HARMS.includes(harm));

export function priority(answers: Answers): Priority {
  const { danger, timeSince } = answers;
  const told = (list: string[]): boolean => answers.harms.some((harm) => list.includes(harm));
  const ongoing = timeSince === "ongoing" || answers.frequency === "ongoing";
  const child = isChild(answers);
  const felt = FELT_DANGER.includes(danger);
  const now =
    danger === "now" ||
    answers.needs.includes("safety_now") ||
    told(LIFE_HARMS) ||
    (child && felt) ||
    (ongoing && told(["confinement", "torture"])) ||
    (told(["self_harm_risk"]) && felt);
  if (now) return "p0";
  const soon =
    child ||
    felt ||
    told(GRAVE_HARMS) ||
    ((ongoing || RECENT.includes(timeSince)) && told(SEXUAL_HARMS)) ||
    (ongoing && told(OFFICIAL_FORCE));
  if (soon) return "p1";
  return answers.kindGroup === "substantive" ? "p2" : "p3";
}

/** How long words are kept, as far as it is known when they are sent (core/priority.py, retention_class). */
export function retentionClass(group: KindGroup, keepsWords: boolean, child: boolean): string {
  if (!keepsWords) return "r0_now";
  if (child) return "r_child";
  return group === "substantive" ? "r90" : "r30";
}
