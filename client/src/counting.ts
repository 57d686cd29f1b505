/**
 * What is counted of a report when she agreed. The same rule as tincay/core/counting.py, since the answers are sealed;
 * tests/vectors/counting.json holds both to one result.
 */

import type { CodedAnswers } from "./classify";
import { ADULT_AGES, CHILD_AGES, COUNTED } from "./generated";

/** The codes that are counted, by column; a column without an answer is left out. */
export function countRow(answers: CodedAnswers): Record<string, string> {
  const row: Record<string, string> = {};
  for (const [column, question] of Object.entries(COUNTED)) {
    const code = answers[question]?.[0] ?? "";
    const value = column === "age_group" ? ageGroup(code) : code;
    if (value) row[column] = value;
  }
  return row;
}

function ageGroup(ageBand: string): string {
  if (CHILD_AGES.includes(ageBand)) return "child";
  return ADULT_AGES.includes(ageBand) ? "adult" : "";
}
