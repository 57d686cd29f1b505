/** The second file that curves.ts loads where the browser has no X25519 or Ed25519 of its own. */

export { ed25519, x25519 } from "@noble/curves/ed25519.js";
