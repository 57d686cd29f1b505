import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, text } from "../src/bytes";
import { addOpening, HEADER } from "../src/evidence";
import { Invalid } from "../src/spelling";
import { verifyEvidence } from "../src/verify";
import { read } from "./vectors";

interface Case {
  name: string;
  file: string;
  trusted: string | null;
  valid: boolean;
  index: number;
  event: Record<string, string | number>;
  log: string;
  size: number;
  witnesses: Record<string, number>;
  registered: boolean;
}
const cases = read<Case[]>("ledger/evidence.json");
const good = cases.find(({ valid, trusted }) => valid && !trusted)!;

for (const one of cases) {
  test(`the browser says the same as the server: ${one.name}`, () => {
    const check = () => verifyEvidence(one.file, one.trusted ?? undefined);
    if (!one.valid) return void assert.throws(check, Invalid);
    const verdict = check();
    assert.equal(verdict.index, BigInt(one.index));
    assert.deepEqual({ ...verdict.event }, one.event);
    assert.equal(verdict.registered, one.registered);
    assert.equal(verdict.log, one.log);
    assert.equal(verdict.size, BigInt(one.size));
    assert.deepEqual(Object.fromEntries(verdict.witnesses), one.witnesses);
  });
}

test("one changed, missing or added character anywhere makes a file invalid", () => {
  const letters = [...good.file];
  for (let i = 0; i < letters.length; i += 1) {
    const other = letters[i] === "A" ? "B" : "A";
    for (const changed of [[other], [], [letters[i]!, other]]) {
      const file = [...letters.slice(0, i), ...changed, ...letters.slice(i + 1)].join("");
      assert.throws(() => verifyEvidence(file), Invalid, `character ${i}`);
    }
  }
});

test("a bare proof and its opening make the file that the server would make", () => {
  const [header, extra, ...rest] = good.file.split("\n");
  assert.equal(header, HEADER);
  const { opening, policy } = JSON.parse(text(fromBase64(extra!.slice(6)))) as { opening: string; policy: string };
  assert.equal(addOpening([header, ...rest].join("\n"), opening, policy), good.file);
});
