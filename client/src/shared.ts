/** What later.js takes from reporter.js instead of bringing it along: one library, one session (build.mjs). */

export { checkKept, digest, Forged, herWords, lastKey, readStep, signAgain, signChange, signWords } from "./authorship";
export { base64, base64url, concat, fromBase64, fromBase64url, random, saltOf, text, utf8 } from "./bytes";
export { opener } from "./opener";
export { post, Refused } from "./post";
export { make, groups, mentions, toThings } from "./receipt";
export { neededRecord, recordData } from "./record";
export { newKey, open, recipientOf, seal, sealDocument, unwrap, wrap } from "./seal";
export { holdTaps } from "./second-tap";
export { hold, holding } from "./session";
export { signingPublic } from "./sign";
export { decodeJson, demand, encodeJson } from "./spelling";
export { makeStatement, NotSigned, readStatement, spelled } from "./statement";
export { goTo } from "./stay";
export { stretchReceipt } from "./stretch";
export { all, bringCall, busy, clearFields, count, fail, focusOn, json, onGo, said, show } from "./texts";
