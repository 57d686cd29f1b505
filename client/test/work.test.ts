import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { work } from "../src/work";

test("the work has the zero bits that were asked for", async () => {
  const { nonce, counter } = await work({ nonce: "a.12.bc", bits: 12 });
  const digest = createHash("sha256").update(`${nonce}:${counter}`).digest();
  assert.equal(digest.readUInt16BE(0) >> 4, 0);
});

test("a demand that no phone could meet is given up at once", async () => {
  await assert.rejects(work({ nonce: "a", bits: 40 }));
});

test("work that is no longer wanted stops", async () => {
  const stop = new AbortController();
  const working = work({ nonce: "a", bits: 24 }, stop.signal);
  stop.abort();
  await assert.rejects(working);
});
