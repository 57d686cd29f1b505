/** Stands in for parts of age-encryption that this product refuses: post-quantum, NIST curves, passphrase mode. */

const absent = new Proxy({}, {
  get(): never {
    throw new Error("not in this build");
  },
});

export const MLKEM768X25519 = absent;
export const MLKEM768P256 = absent;
export const p256 = absent;
export const scrypt = (): never => {
  throw new Error("not in this build");
};
