import assert from "node:assert/strict";
import { test } from "node:test";
import type { CodedAnswers } from "../src/classify";
import { countRow } from "../src/counting";
import { read } from "./vectors";

interface Vector {
  answers: CodedAnswers;
  row: Record<string, string>;
  why: string;
}

test("the helper's browser counts what the server would count", () => {
  const vectors = read<Vector[]>("counting.json");
  assert.ok(vectors.length > 20);
  for (const { answers, row, why } of vectors) assert.deepEqual(countRow(answers), row, why);
});
