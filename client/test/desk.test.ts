import assert from "node:assert/strict";
import { test } from "node:test";
import { allTogether, deskOf } from "../src/addition";
import { HerWords, type WordsDocument } from "../src/authorship";
import { deskFor, type Told } from "../src/envelope";
import { newDesk, routing } from "./signed";
import { read } from "./vectors";

interface Vectors {
  provinces: Record<string, string>;
  default: string;
  state_desks: string[];
  officials: string[];
  vectors: { answers: Told; desk: string; why: string }[];
}

test("the phone chooses the desk that the server would choose", async () => {
  const { provinces, default: other, state_desks: state, officials, vectors } = read<Vectors>("desk_choice.json");
  const codes = [...new Set([...Object.values(provinces), other])];
  const signed = await routing({ desks: await Promise.all(codes.map((code) => newDesk(code))), provinces, default: other, state });
  assert.ok(vectors.length > 20);
  for (const { answers, desk, why } of vectors) assert.equal(deskFor(answers, signed, officials), desk, why);
});

interface Later extends Omit<Vectors, "vectors"> {
  vectors: { told: Told[]; all_kept: boolean; current: string; all: Told; desk: string; why: string }[];
}

test("what is told later goes to the desk that the server would choose", async () => {
  const { provinces, default: other, state_desks: state, officials, vectors } = read<Later>("told_later.json");
  const codes = [...new Set([...Object.values(provinces), other])];
  const signed = await routing({ desks: await Promise.all(codes.map((code) => newDesk(code))), provinces, default: other, state });
  for (const { told, all_kept, current, all, desk, why } of vectors) {
    const words = new HerWords([{ desk: current, compartments: { narrative: { recipient: "age1n", sealed: ["00"] } } } as unknown as WordsDocument]);
    const before = [{ kind: "narrative", of: "age1n", sealed: "", texts: all_kept ? 1 : 0 }];
    assert.deepEqual(allTogether(told), all, why);
    assert.equal(deskOf(all, { words, before, routing: signed, officials }), desk, why);
  }
});
