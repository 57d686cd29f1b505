/**
 * The curves that age needs when the browser's own are missing (Chrome before 133, Safari before 17).
 * Stands in for @noble/curves/ed25519.js: the library itself is loaded only then, as a second file, so that
 * newer phones do not download it.
 */

import type { ed25519 as Ed25519, x25519 as X25519 } from "@noble/curves/ed25519.js";

interface Curves {
  ed25519: typeof Ed25519;
  x25519: typeof X25519;
}

const here = typeof document === "undefined" ? undefined : (document.currentScript as HTMLScriptElement | null)?.src;
let loading: Promise<Curves> | undefined;
let failed = 0;

export function loadCurves(): Promise<Curves> {
  // What did not come is asked for anew; under the same address some browsers would remember that it failed.
  const name = `curves.js${failed ? `?${failed}` : ""}`;
  loading ??= (import(/* @vite-ignore */ new URL(name, here ?? location.href).href) as Promise<Curves>).catch((error: unknown) => {
    loading = undefined;
    failed++;
    throw error;
  });
  return loading;
}

export const x25519 = {
  GuBytes: Uint8Array.of(9, ...new Uint8Array(31)),
  scalarMult: async (scalar: Uint8Array, u: Uint8Array) => (await loadCurves()).x25519.scalarMult(scalar, u),
  scalarMultBase: async (scalar: Uint8Array) => (await loadCurves()).x25519.scalarMultBase(scalar),
};
