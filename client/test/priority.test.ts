import assert from "node:assert/strict";
import { test } from "node:test";
import { priority, type KindGroup } from "../src/priority";
import { read } from "./vectors";

interface Vector {
  kind_group: KindGroup;
  danger: string;
  harms: string[];
  time_since: string;
  age_band: string;
  frequency: string;
  needs: string[];
  priority: string;
  why: string;
}

test("the phone finds the same priority as the server", () => {
  const vectors = read<Vector[]>("priority.json");
  assert.ok(vectors.length > 20);
  for (const one of vectors) {
    const { kind_group, danger, harms, time_since, age_band, frequency, needs } = one;
    const answers = { kindGroup: kind_group, danger, harms, timeSince: time_since, ageBand: age_band, frequency, needs };
    assert.equal(priority(answers), one.priority, one.why);
  }
});
