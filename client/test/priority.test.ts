import assert from "node:assert/strict";
import { test } from "node:test";
import { kindGroup, priority, retentionClass, type KindGroup } from "../src/priority";
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

test("a kind belongs to one group", () => {
  assert.equal(kindGroup("information_question"), "question");
  assert.equal(kindGroup("data_request"), "data_request");
  assert.equal(kindGroup("incident_report"), "substantive");
});

test("words that she does not want kept go after the answer", () => {
  assert.equal(retentionClass("substantive", false, true), "r0_now");
  assert.equal(retentionClass("substantive", true, true), "r_child");
  assert.equal(retentionClass("substantive", true, false), "r90");
  assert.equal(retentionClass("question", true, false), "r30");
});
