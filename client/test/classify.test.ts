import assert from "node:assert/strict";
import { test } from "node:test";
import { codedAnswers, suggest, warningsOf, type CodedAnswers, type Suggestion, type Suggestions, type Warnings } from "../src/classify";
import { read } from "./vectors";

interface Vectors {
  suggestions: Suggestions;
  warnings: Warnings;
  vectors: { answers: CodedAnswers; suggestion: Suggestion | null; warnings: string[]; why: string }[];
}
const { suggestions, warnings, vectors } = read<Vectors>("classification.json");

test("the helper's browser suggests the class that the rule says, and why", () => {
  assert.ok(vectors.length > 40);
  for (const { answers, suggestion, why } of vectors) assert.deepEqual(suggest(suggestions, answers) ?? null, suggestion, why);
});

test("a reader is warned of what the rule says", () => {
  for (const one of vectors) assert.deepEqual(warningsOf(warnings, one.answers), one.warnings, one.why);
});

test("what is not a list of codes is no answer", () => {
  for (const answers of [undefined, null, "rape", 7, ["rape"]]) assert.deepEqual(Object.values(codedAnswers({ answers })).flat(), []);
  const odd = { harms: "rape", did: { police: true }, kind: [1, null, "warning", ["feedback"]], age_band: ["u14"] };
  assert.deepEqual(codedAnswers({ answers: odd }), { harms: [], did: [], kind: ["warning"], age_band: ["u14"] });
});
