/** A page's end of the keyring: asks, and says on the page whether the key is open. */

import type { Failure, Name, Requests, State } from "./keyring";
import { all, show } from "./texts";

export class KeyringRefused extends Error {
  constructor(readonly code: Failure | "unsupported") {
    super(code);
  }
}

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

const TOUCH_MS = 30_000;
const waiting = new Map<number, Waiting>();
let port: MessagePort | Worker | undefined;
let state: State = { open: false };
let last = 0;
let touched = 0;

// Beside the page's own script; the same address for every page, or each would get a keyring of its own.
const address = new URL("keyring.js", (document.currentScript as HTMLScriptElement | null)?.src ?? location.href).href;

function connect(): [SharedWorker | Worker, MessagePort | Worker] {
  if (typeof SharedWorker === "undefined") {
    const worker = new Worker(address);
    return [worker, worker];
  }
  // extendedLifetime lets the worker live from one page to the next, where the browser has it.
  const options = { name: "keyring", extendedLifetime: true } as WorkerOptions;
  const shared = new SharedWorker(address, options);
  return [shared, shared.port];
}

/** Where no worker may run, every request is refused as `unsupported`. */
function refuseAll(): void {
  port = undefined;
  for (const { reject } of waiting.values()) reject(new KeyringRefused("unsupported"));
  waiting.clear();
}

export function startKeyring(): void {
  try {
    const [worker, open] = connect();
    worker.addEventListener("error", refuseAll);
    port = open;
  } catch {
    return;
  }
  port.onmessage = ({ data }: MessageEvent) => {
    if (data.state) return become(data.state);
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.failure) asked?.reject(new KeyringRefused(data.failure));
    else asked?.resolve(data.answer as never);
  };
  // After Back from another page the worker may be another one: ask again.
  addEventListener("pageshow", () => void ask("state", null).then(become, () => become({ open: false })));
  addEventListener("pagehide", () => port?.postMessage({ name: "leave" }));
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touch, { passive: true });
  document.addEventListener("page", () => become(state));
  document.addEventListener("submit", lockOnLeaving, true);
}

export function ask<N extends Name>(name: N, what: Requests[N]["ask"]): Promise<Requests[N]["answer"]> {
  return new Promise((resolve, reject) => {
    if (!port) return reject(new KeyringRefused("unsupported"));
    waiting.set(++last, { resolve: resolve as Waiting["resolve"], reject });
    port.postMessage({ id: last, name, ask: what });
  });
}

function touch(): void {
  if (!state.open || performance.now() - touched < TOUCH_MS) return;
  touched = performance.now();
  void ask("touch", null);
}

/** Signing out takes the key along: a form with data-locks. */
function lockOnLeaving(event: Event): void {
  if ("locks" in (event.target as HTMLElement).dataset) void ask("lock", null);
}

function become(now: State): void {
  state = now;
  const unlocker = document.querySelector("key-unlock");
  document.documentElement.dataset["keyring"] = now.open ? "open" : unlocker ? "locked" : "none";
  for (const part of all(document, "[data-when-locked]")) show(part, !now.open);
  for (const part of all(document, "[data-when-open]")) show(part, now.open);
  document.dispatchEvent(new CustomEvent("keyring"));
}

export const keyringState = (): State => state;
