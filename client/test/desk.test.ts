import assert from "node:assert/strict";
import { test } from "node:test";
import { deskFor, type Configuration, type Told } from "../src/envelope";

const sealedTo = (desk: string) => ({ desk, recipient: `age1${desk}`, identity_recipient: `age1${desk}` });
const configuration = {
  provinces: { p: sealedTo("state") },
  default: sealedTo("default"),
  state_desks: ["state"],
  officials: ["police", "raid_harm"],
} as unknown as Configuration;

test("what is about an official never goes to a state body's desk", () => {
  const goesTo = (told: Told): string => deskFor({ place: ["p"], ...told }, configuration).desk;
  assert.equal(goesTo({ did: ["client"], harms: ["threat"] }), "state");
  assert.equal(goesTo({ did: ["police"] }), "default");
  assert.equal(goesTo({ did: ["client"], harms: ["threat", "raid_harm"] }), "default");
});
