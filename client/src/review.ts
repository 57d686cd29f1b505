/** What will go, in the words of the page: a line for each answer, what is allowed, and her words, folded. */

import { chooses, isChecked, type Control } from "./steps";
import { all, count, show } from "./texts";

const NOT_LINES = ["words", "consents"];

const chosen = (control: Control): boolean => control.value.trim() !== "" && (!chooses(control) || isChecked(control));

const labelOf = (control: Control): HTMLElement | null => control.labels?.[0] ?? null;

/** The question as it stands over the control: the legend for answers to choose, the label for what is typed. */
function question(control: Control): string {
  const legend = control.closest("fieldset")?.querySelector("legend");
  return ((chooses(control) || control.localName === "select" ? legend : undefined) ?? labelOf(control))?.textContent?.trim() ?? "";
}

function answer(control: Control): string {
  // A card has its words first and an explanation in small print after them.
  if (chooses(control)) return labelOf(control)?.querySelector("span")?.firstChild?.textContent?.trim() ?? "";
  return control.localName === "select" ? (control as HTMLSelectElement).selectedOptions[0]!.text : control.value.trim();
}

const stepOf = (control: Control): string => control.closest<HTMLElement>("[data-step]")?.dataset["step"] ?? "";

/** Fills `[data-lines]` from the `[data-line]` template, `[data-allowed]`, and the folded words. */
export function showReview(root: HTMLElement): void {
  const controls = all<HTMLInputElement>(root, "[data-name]").filter(chosen);
  const lines = new Map<string, { step: string; answers: string[] }>();
  for (const control of controls) {
    if (NOT_LINES.includes(control.dataset["name"]!)) continue;
    const asked = question(control);
    const line = lines.get(asked) ?? { step: stepOf(control), answers: [] };
    line.answers.push(answer(control));
    lines.set(asked, line);
  }
  const template = root.querySelector<HTMLTemplateElement>("template[data-line]");
  const made = [...lines].map(([asked, { step, answers }]) => {
    const line = document.importNode(template!.content, true);
    for (const place of all(line, "[data-question]")) place.textContent = asked;
    line.querySelector("[data-answer]")!.textContent = answers.join("; ");
    line.querySelector<HTMLElement>("[data-go=change]")!.dataset["to"] = step;
    return line;
  });
  root.querySelector("[data-lines]")?.replaceChildren(...made);
  const allowed = controls.filter((one) => one.dataset["name"] === "consents").map(answer);
  const item = (words: string): HTMLElement => Object.assign(document.createElement("li"), { textContent: words });
  root.querySelector("[data-allowed]")?.replaceChildren(...allowed.map(item));
  for (const nothing of all(root, "[data-nothing-allowed]")) show(nothing, !allowed.length);
  showWords(root, controls.find((one) => one.dataset["name"] === "words")?.value.trim() ?? "");
}

/** Her story is not laid open on the screen: how long it is, and the words at a press. */
export function showWords(root: ParentNode, words: string): void {
  for (const folded of all(root, "[data-folded]")) {
    show(folded, words !== "");
    for (const part of all<HTMLDetailsElement>(folded, "details")) part.open = false;
    for (const many of all(folded, "[data-n]")) count(many, words ? words.split(/\s+/u).length : 0);
    for (const place of all(folded, "[data-words]")) place.textContent = words;
  }
}
