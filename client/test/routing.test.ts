import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeskKey } from "../src/authorship";
import type { Signed } from "../src/generated";
import { Routing } from "../src/routing";
import { NotSigned } from "../src/statement";
import { newDesk, routing } from "./signed";
import { read } from "./vectors";

interface Refused {
  why: string;
  install: string;
  statement: Signed;
}
interface Vectors {
  true: Omit<Refused, "why">;
  unsigned: Refused[];
  no_routing: Refused[];
  keys: { why: string; later: Record<string, Signed[]>; keys: Record<string, DeskKey> | null }[];
  desks: { province: string; about_official: boolean; desk: string }[];
}
const vectors = read<Vectors>("routing.json");

test("reports go where the install signed", async () => {
  const signed = await Routing.read({ ...vectors.true, later: {} });
  assert.ok(vectors.desks.length > 4);
  for (const { province, about_official: official, desk } of vectors.desks) assert.equal(signed.desk(province, official), desk, province);
});

test("a statement that the install did not sign, or that leads nowhere, is not followed", async () => {
  for (const { why, ...given } of [...vectors.unsigned, ...vectors.no_routing]) {
    await assert.rejects(Routing.read({ ...given, later: {} }), NotSigned, why);
  }
});

test("a desk's present key is the last that followed from the signed one", async () => {
  for (const { why, later, keys } of vectors.keys) {
    const signed = await Routing.read({ ...vectors.true, later });
    if (!keys) await assert.rejects(signed.keys(vectors.desks[0]!.desk), NotSigned, why);
    for (const [desk, key] of Object.entries(keys ?? {})) assert.deepEqual({ v: 1, ...(await signed.keys(desk)).desk }, { v: 1, ...key }, why);
  }
});

test("identity goes to the case desk that the install named", async () => {
  const [triage, other] = await Promise.all([newDesk("triage"), newDesk("case")]);
  const signed = await routing({ desks: [triage, other], default: "triage", case: "case" });
  assert.deepEqual(await signed.keys("triage"), { desk: triage.key, case: other.key });
});

test("a place that is a name of every object is no province", async () => {
  const signed = await routing({ desks: [await newDesk("d")], default: "d" });
  for (const place of ["constructor", "__proto__", "toString"]) assert.equal(signed.desk(place, false), "d");
});
