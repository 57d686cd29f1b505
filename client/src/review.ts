/** What will go, in the words of the page: a line for each answer, what is allowed, and her words, folded. */

import { chooses, isChecked, type Control } from "./steps";
import { all, count, show } from "./texts";

interface Line {
  step: string;
  question: string;
  answers: string[];
}

const chosen = (control: Control): boolean => control.value.trim() !== "" && (!chooses(control) || isChecked(control));

const labelOf = (control: Control): HTMLElement | null => control.labels?.[0] ?? null;

const legendOf = (part: HTMLElement): string => part.closest("fieldset")?.querySelector("legend")?.textContent?.trim() ?? "";

const stepOf = (part: HTMLElement): HTMLElement | null => part.closest<HTMLElement>("[data-step]");

/** The question as it stands over the control: the legend for answers to choose, the label for what is typed. */
const question = (control: Control): string =>
  chooses(control) || control.localName === "select" ? legendOf(control) : labelOf(control)?.textContent?.trim() ?? "";

function answer(control: Control): string {
  // A card has its words first and an explanation in small print after them.
  if (chooses(control)) return labelOf(control)?.querySelector("span")?.firstChild?.textContent?.trim() ?? "";
  return control.localName === "select" ? (control as HTMLSelectElement).selectedOptions[0]!.text : control.value.trim();
}

function told(controls: Control[]): Line[] {
  const lines = new Map<string, Line>();
  for (const control of controls) {
    if (control.dataset["name"] === "words" || "review" in control.dataset) continue;
    const asked = question(control);
    const line = lines.get(asked) ?? { step: stepOf(control)?.dataset["step"] ?? "", question: asked, answers: [] };
    line.answers.push(answer(control));
    lines.set(asked, line);
  }
  return [...lines.values()];
}

/** Is it asked at all? Its step is another one than that in sight. */
function isAsked(part: HTMLElement): boolean {
  const step = stepOf(part);
  for (let one: HTMLElement | null = part; one && one !== step; one = one.parentElement) if (one.hidden) return false;
  return true;
}

/** What she decides about: each answer has a sentence of its own for here, and so has no answer. */
function allowed(root: HTMLElement, controls: Control[]): Line[] {
  return all(root, "[data-review-none]").filter(isAsked).map((group) => {
    const said = controls.filter((one) => "review" in one.dataset && one.closest("[data-review-none]") === group).map((one) => one.dataset["review"]!);
    return { step: stepOf(group)?.dataset["step"] ?? "", question: legendOf(group), answers: said.length ? said : [group.dataset["reviewNone"]!] };
  });
}

/** Fills `[data-lines]` and `[data-allowed]` from the `[data-line]` template, and the folded words. */
export function showReview(root: HTMLElement): void {
  const controls = all<HTMLInputElement>(root, "[data-name]").filter(chosen);
  const template = root.querySelector<HTMLTemplateElement>("template[data-line]");
  const write = ({ step, question: asked, answers }: Line): Node => {
    const line = document.importNode(template!.content, true);
    for (const place of all(line, "[data-question]")) place.textContent = asked;
    line.querySelector("[data-answer]")!.replaceChildren(...answers.map((one) => Object.assign(document.createElement("p"), { textContent: one })));
    line.querySelector<HTMLElement>("[data-go=change]")!.dataset["to"] = step;
    return line;
  };
  root.querySelector("[data-lines]")?.replaceChildren(...told(controls).map(write));
  root.querySelector("[data-allowed]")?.replaceChildren(...allowed(root, controls).map(write));
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
