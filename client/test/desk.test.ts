import assert from "node:assert/strict";
import { test } from "node:test";
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
