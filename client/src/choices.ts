/** Answers to choose. A slip can be taken back. docs/client.md. */

import { all } from "./texts";

/** Radios exclude each other by name only; there is no <form> around them, so a name posts nothing. */
export function prepareChoices(root: HTMLElement): void {
  const groups = new Map<string, HTMLInputElement[]>();
  for (const radio of all<HTMLInputElement>(root, "input[type=radio][data-name]")) {
    const name = radio.dataset["name"]!;
    radio.name = `one-${name}`;
    groups.set(name, [...(groups.get(name) ?? []), radio]);
  }
  const button = root.querySelector<HTMLTemplateElement>("template[data-unchoose]");
  for (const [name, radios] of groups) {
    if (!button || radios.some((one) => one.value === "" || one.defaultChecked)) continue;
    const back = document.importNode(button.content, true);
    back.querySelector<HTMLElement>("[data-go]")!.dataset["of"] = name;
    // After the last group of answers that is in sight in any case.
    const last = radios[radios.length - 1]!.closest(".choice")!;
    (last.closest("details") ?? last).after(back);
  }
}

/** Takes the answer to one question back. */
export function unchoose(root: HTMLElement, name: string): void {
  const radio = root.querySelector<HTMLInputElement>(`input[data-name="${CSS.escape(name)}"]:checked`);
  if (!radio) return;
  radio.checked = false;
  radio.focus();
  // As any other change of an answer.
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}
