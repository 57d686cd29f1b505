import assert from "node:assert/strict";
import { test } from "node:test";
import { succeed } from "../src/authorship";
import { Routing } from "../src/routing";
import { NotSigned } from "../src/statement";
import { deskSigningSeed } from "../src/stretch";
import { newDesk, routed, routing } from "./signed";

test("reports go where the install signed, and identity to the case desk", async () => {
  const [triage, other] = await Promise.all([newDesk("triage"), newDesk("case")]);
  const signed = await routing({ desks: [triage, other], default: "triage", case: "case" });
  assert.deepEqual(await signed.keys(signed.desk("vn01", false)), { desk: triage.key, case: other.key });
});

test("the statement holds only with the install's signature over these bytes", async () => {
  const [mine, thief] = await Promise.all([newDesk("d"), newDesk("d")]);
  const good = await routed({ desks: [mine], default: "d" });
  const wrong = [
    await routed({ desks: [thief], default: "d" }, new Uint8Array(32).fill(1)),
    { ...good, statement: { ...good.statement, document: good.statement.document.replaceAll(mine.recipient, thief.recipient) } },
    { ...good, install: good.install.slice(1) },
  ];
  await Routing.read(good);
  for (const one of wrong) await assert.rejects(Routing.read(one), NotSigned);
});

test("a desk's present key is the last that followed from the signed one", async () => {
  const [old, fresh, thief] = await Promise.all([newDesk("d"), newDesk("d", 2), newDesk("d", 2)]);
  const place = { desks: [old], default: "d" };
  const later = { d: [await succeed(deskSigningSeed(old.identity), fresh.key)] };
  const stolen = { d: [await succeed(deskSigningSeed(thief.identity), thief.key)] };
  assert.equal((await (await routing({ ...place, later })).keys("d")).desk.recipient, fresh.recipient);
  await assert.rejects((await routing({ ...place, later: stolen })).keys("d"), NotSigned);
});

test("a place that is a name of every object is no province", async () => {
  const signed = await routing({ desks: [await newDesk("d")], default: "d" });
  for (const place of ["constructor", "__proto__", "toString"]) assert.equal(signed.desk(place, false), "d");
});
