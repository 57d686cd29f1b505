import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeskKey } from "../src/authorship";
import { base64url } from "../src/bytes";
import { checkOpened, presentKey, type KeysTold, type Opened } from "../src/renewal";
import { recipientOf, type Identity } from "../src/seal";
import { signingPublic } from "../src/sign";
import { NotSigned } from "../src/statement";
import { deskSigningSeed } from "../src/stretch";
import { read } from "./vectors";

interface Told extends KeysTold {
  why: string;
  desk: string;
}
const vectors = read<{
  present: (Told & { present: DeskKey | null; refused: boolean })[];
  opened: (Told & { old: Identity | null; new: Identity | null; number: number | null })[];
}>("renewal.json");

test("a desk's key follows from what was signed", async () => {
  assert.ok(vectors.present.length > 20);
  for (const { why, desk, present, refused, ...told } of vectors.present) {
    const found = presentKey(desk, told);
    if (refused) await assert.rejects(found, NotSigned, why);
    else if (present) assert.deepEqual({ v: 1, ...(await found) }, { v: 1, ...present }, why);
    else assert.equal(await found, undefined, why);
  }
});

const halves = async (identity: Identity | null): Promise<Opened | null> =>
  identity === null ? null : { recipient: await recipientOf(identity), signing: base64url(await signingPublic(deskSigningSeed(identity))) };

test("only the present key and the one that signed it are used", async () => {
  assert.ok(vectors.opened.length > 20);
  for (const { why, desk, old, new: fresh, number, ...told } of vectors.opened) {
    const checked = checkOpened(desk, told, await halves(old), await halves(fresh));
    if (number === null) await assert.rejects(checked, NotSigned, why);
    else assert.equal(await checked, number, why);
  }
});
