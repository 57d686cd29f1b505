/**
 * Which class answers point to, and what to warn of. The tables come with the page (tincay/core/classification.py);
 * tests/vectors/classification.json holds both languages to one result.
 */

import type { Document } from "./opener";

/** Codes by question. */
export type CodedAnswers = Readonly<Record<string, readonly string[]>>;

/** Classes with the answers that point to them; the first match wins. */
export type Suggestions = readonly (readonly [string, CodedAnswers])[];

/** What a story may speak of, each with the harms that say so. */
export type Warnings = Readonly<Record<string, readonly string[]>>;

export interface Suggestion {
  classification: string;
  why: [question: string, code: string][];
}

/** The answers of an opened document. It was written on somebody's phone: what is not a list of codes is left out. */
export function codedAnswers({ answers }: Document): CodedAnswers {
  if (typeof answers !== "object" || answers === null) return {};
  const isCode = (value: unknown): value is string => typeof value === "string";
  const lists = Object.entries(answers).map(([question, codes]) => [question, Array.isArray(codes) ? codes.filter(isCode) : []]);
  return Object.fromEntries(lists) as CodedAnswers;
}

export function suggest(suggestions: Suggestions, answers: CodedAnswers): Suggestion | undefined {
  for (const [classification, wanted] of suggestions) {
    const why = chosen(answers, wanted);
    if (why.length) return { classification, why };
  }
  return undefined;
}

export const warningsOf = (warnings: Warnings, answers: CodedAnswers): string[] =>
  Object.entries(warnings)
    .filter(([, harms]) => chosen(answers, { harms }).length)
    .map(([name]) => name);

const chosen = (answers: CodedAnswers, wanted: CodedAnswers): [string, string][] =>
  Object.entries(wanted).flatMap(([question, codes]) =>
    (answers[question] ?? []).filter((code) => codes.includes(code)).map((code): [string, string] => [question, code]),
  );
