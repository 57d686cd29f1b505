/** Sends JSON to this server and reads its answer. No address is ever built from what was typed. */

import type { ErrorCode } from "./generated";

export interface Answer {
  status: number;
  error?: ErrorCode;
  [member: string]: unknown;
}

export class Refused extends Error {
  constructor(readonly code: ErrorCode | "network" | "signed_out" | "words" | "other", readonly answer: Answer) {
    super(code);
  }
}

/** Throws Refused: the server's error, `network` when it was not reached, `signed_out` when it led away: to the sign-in. */
export async function post(action: string, body: string, csrf?: string, more: Record<string, string> = {}): Promise<Answer> {
  const headers: Record<string, string> = { "Content-Type": "application/json", ...more };
  if (csrf) headers["X-CSRFToken"] = csrf;
  let answer: Answer;
  try {
    const response = await fetch(action, { method: "POST", headers, body, redirect: "manual", referrerPolicy: "no-referrer", credentials: csrf === undefined ? "omit" : "same-origin" });
    if (response.type === "opaqueredirect") throw new Refused("signed_out", { status: 0 });
    const said: unknown = await response.json().catch(() => ({}));
    answer = { ...(said as object), status: response.status };
    if (response.ok) return answer;
    if (answer.error === "visit_over") document.dispatchEvent(new CustomEvent("locked", { detail: answer["why"] }));
  } catch (error) {
    throw error instanceof Refused ? error : new Refused("network", { status: 0 });
  }
  throw new Refused(answer.error ?? "other", answer);
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
