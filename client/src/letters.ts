/** What people type, brought to what they meant. tincay/core/letters.py is the server's half. */

/** NFKC, small letters, đ as d, no marks, nothing that nobody sees, single spaces between what is left. */
export function fold(text: string): string {
  const small = text.normalize("NFKC").toLowerCase().replace(/đ/g, "d");
  return small.normalize("NFD").replace(/[\p{M}\p{Cf}]/gu, "").trim().split(/\s+/u).join(" ");
}

const SAME_START: [string, string][] = [
  ["ngh", "ng"],
  ["gh", "g"],
  ["ng", "ng"],
  ["nh", "nh"],
  ["th", "th"],
  ["kh", "kh"],
  ["ph", "ph"],
  ["ch", "ch"],
  ["tr", "ch"],
  ["qu", "kw"],
  ["gi", "d"],
  ["n", "l"],
  ["s", "x"],
  ["r", "d"],
  ["v", "d"],
  ["c", "k"],
];

/** What stays of a syllable without marks and across the sounds that regions of Viet Nam merge. */
export function sound(word: string): string {
  let letters = fold(word).replace(/[^a-z]/g, "");
  if (/^gi(?![aeouy])|^gie(?:ng|t|c)$/.test(letters)) letters = "gii" + letters.slice(2);
  const [start, same] = SAME_START.find(([first]) => letters.startsWith(first)) ?? ["", ""];
  letters = same + letters.slice(start.length);
  // No lookbehind: Safari before 16.4 cannot parse it.
  return letters.replace(/([^aeiouw])y$/, "$1i").replace(/^y/, "i").replace(/^kwy/, "kwi").replace(/^kwo/, "kuo");
}
