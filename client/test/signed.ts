/** An install that signed where reports go, and desks with keys: what tests seal to. */

import { base64url } from "../src/bytes";
import type { DeskKey } from "../src/authorship";
import { Routing, type Routed } from "../src/routing";
import { newKey, type KeyPair } from "../src/seal";
import { signingPublic } from "../src/sign";
import { makeStatement } from "../src/statement";
import { deskSigningSeed } from "../src/stretch";

export const INSTALL = new Uint8Array(32).fill(9);

export interface Desk extends KeyPair {
  key: DeskKey;
}

export async function newDesk(desk: string, number = 1): Promise<Desk> {
  const pair = await newKey();
  const signing = base64url(await signingPublic(deskSigningSeed(pair.identity)));
  return { ...pair, key: { desk, number, recipient: pair.recipient, signing } };
}

export interface Place {
  desks: readonly Desk[];
  default: string;
  provinces?: Record<string, string>;
  /** Desks of state bodies. */
  state?: readonly string[];
  /** Who reads identity; the desk itself unless said. */
  case?: string;
  later?: Routed["later"];
}

/** What a page carries where `install` signed that reports go to these desks. */
export async function routed({ desks, provinces = {}, state = [], later = {}, ...said }: Place, install = INSTALL): Promise<Routed> {
  const rows = desks.map(({ key: { desk, number, recipient, signing } }) => [
    desk,
    { case: said.case ?? desk, number, recipient, signing, state: state.includes(desk) },
  ]);
  const document = { default: said.default, desks: Object.fromEntries(rows) as object, origin: "tests", provinces, serial: 1, v: 1 };
  return { install: base64url(await signingPublic(INSTALL)), statement: await makeStatement(install, "routing", document), later };
}

export const routing = async (place: Place): Promise<Routing> => Routing.read(await routed(place));
