/**
 * How soon a person has to look. The same rule as tincay/core/priority.py, since the answers it reads are sealed;
 * tests/vectors/priority.json and open_codes.json hold both to one result.
 */

import {
  CHILD_AGES,
  CHILD_HARMS,
  FELT_DANGER,
  GRAVE_HARMS,
  LIFE_HARMS,
  OFFICIAL_FORCE,
  QUESTIONS,
  RECENT,
  SEXUAL_HARMS,
  type Envelope,
} from "./generated";

export type Priority = Envelope["priority"];
export type KindGroup = Envelope["kind_group"];

export interface Answers {
  kindGroup: KindGroup;
  danger: string;
  harms: readonly string[];
  timeSince: string;
  ageBand: string;
  frequency: string;
  needs: readonly string[];
}

export function kindGroup(reportKind: string): KindGroup {
  if (QUESTIONS.includes(reportKind)) return "question";
  return reportKind === "data_request" ? "data_request" : "substantive";
}

export const isChild = (answers: Answers): boolean =>
  CHILD_AGES.includes(answers.ageBand) || answers.harms.some((harm) => CHILD_HARMS.includes(harm));

export function priority(answers: Answers): Priority {
  const { danger, timeSince } = answers;
  const told = (list: readonly string[]): boolean => answers.harms.some((harm) => list.includes(harm));
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
