/** Ed25519 with a 32-byte seed: the browser's own where there is one, the library's otherwise. */

import { base64url, concat, fromBase64url, fromHex, type Bytes } from "./bytes";
import { loadCurves } from "./curves";

const PKCS8 = fromHex("302e020100300506032b657004220420");

async function orFallback<T>(native: () => Promise<T>, fallback: () => Promise<T>): Promise<T> {
  try {
    return await native();
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return fallback();
    throw error;
  }
}

const nativeKey = (seed: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("pkcs8", concat(PKCS8, seed), "Ed25519", true, ["sign"]);

export const signingPublic = (seed: Bytes): Promise<Bytes> =>
  orFallback(
    async () => fromBase64url((await crypto.subtle.exportKey("jwk", await nativeKey(seed))).x!),
    async () => (await loadCurves()).ed25519.getPublicKey(seed) as Bytes,
  );

export const sign = (seed: Bytes, message: Bytes): Promise<Bytes> =>
  orFallback(
    async () => new Uint8Array(await crypto.subtle.sign("Ed25519", await nativeKey(seed), message)),
    async () => (await loadCurves()).ed25519.sign(message, seed) as Bytes,
  );

/** False also for keys and signatures of a wrong shape. */
export function verifySignature(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (key.length !== 32 || signature.length !== 64) return Promise.resolve(false);
  return orFallback(
    async () => {
      const jwk = { kty: "OKP", crv: "Ed25519", x: base64url(key) };
      const native = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["verify"]);
      return crypto.subtle.verify("Ed25519", native, signature, message);
    },
    async () => (await loadCurves()).ed25519.verify(signature, message, key),
  ).catch(() => false);
}
