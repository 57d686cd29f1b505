import assert from "node:assert/strict";
import { test } from "node:test";
import { deskFor, type Configuration, type Told } from "../src/envelope";
import { read } from "./vectors";

interface Vectors {
  provinces: Record<string, string>;
  default: string;
  state_desks: string[];
  officials: string[];
  vectors: { answers: Told; desk: string; why: string }[];
}
const { provinces, default: other, state_desks, officials, vectors } = read<Vectors>("desk_choice.json");
const sealedTo = (desk: string) => ({ desk, recipient: `age1${desk}`, identity_recipient: `age1${desk}` });
const configuration = {
  provinces: Object.fromEntries(Object.entries(provinces).map(([code, desk]) => [code, sealedTo(desk)])),
  default: sealedTo(other),
  state_desks,
  officials,
} as unknown as Configuration;

test("the phone chooses the desk that the server would choose", () => {
  assert.ok(vectors.length > 20);
  for (const { answers, desk, why } of vectors) assert.equal(deskFor(answers, configuration).desk, desk, why);
});
