/** Words stand in the page; the client only shows and hides them (docs/client.md). */

export function show(element: Element | null | undefined, shown: boolean): void {
  if (element instanceof HTMLElement) element.hidden = !shown;
}

export const all = <E extends HTMLElement = HTMLElement>(root: ParentNode, selector: string): E[] =>
  Array.from(root.querySelectorAll<E>(selector));

/** An address or code of an attribute; throws when the page forgot it. */
export function said(element: HTMLElement, name: string): string {
  const value = element.dataset[name];
  if (value === undefined) throw new Error(`data-${name} is missing`);
  return value;
}

export function json<T>(id: string | undefined): T {
  return JSON.parse(document.getElementById(id ?? "")?.textContent ?? "null") as T;
}

/** Puts a number where the page wrote {n}, as often as it is asked. */
export function count(element: HTMLElement, n: number, pattern = element.dataset["pattern"] ?? element.textContent!): void {
  element.dataset["pattern"] = pattern;
  element.textContent = pattern.replace("{n}", String(n));
}

/** The numbers to call stand in a page once: they go to the last place in sight that asks for them. */
export function bringCall(root: HTMLElement): void {
  const call = root.querySelector("[data-call]");
  const here = all(root, "[data-call-here]").filter((place) => !place.closest("[hidden]")).pop();
  if (call && here && call.parentElement !== here) here.append(call);
}

/** Shows the one error that happened and leads to it; "" hides all. */
export function fail(root: HTMLElement, code: string, n?: number): void {
  const errors = all(root, "[data-error]");
  const found = errors.find((error) => error.dataset["error"] === code) ?? errors.find((error) => error.dataset["error"] === "other");
  for (const error of errors) show(error, code !== "" && error === found);
  bringCall(root);
  if (!code || !found) return;
  if (n !== undefined) count(found, n);
  found.tabIndex = -1;
  found.focus();
}

/** While something runs: says so in the words of `data-busy`, or of another state; nothing can be pressed twice. */
export async function busy<T>(root: HTMLElement, run: () => Promise<T>, says = "busy"): Promise<T> {
  const buttons = all<HTMLButtonElement>(root, "button[data-go]");
  const pressed = document.activeElement;
  const state = (working: boolean): void => {
    for (const button of buttons) button.disabled = working;
    for (const words of all(root, `[data-${says}]`)) show(words, working);
    root.toggleAttribute("aria-busy", working);
  };
  state(true);
  try {
    return await run();
  } finally {
    state(false);
    // A button that cannot be pressed loses the focus, and whoever goes by keys would begin again at the top.
    if (document.activeElement === document.body && pressed instanceof HTMLElement) pressed.focus();
  }
}

/** Presses of `data-go` buttons inside an element, which work from now on. */
export function onGo(root: HTMLElement, actions: Record<string, () => unknown>): void {
  for (const button of all<HTMLButtonElement>(root, "button[data-go]")) if (button.dataset["go"]! in actions) button.disabled = false;
  root.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("button[data-go]");
    const action = button && root.contains(button) && actions[button.dataset["go"]!];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

export function focusOn(element: HTMLElement | null | undefined): void {
  if (!element) return;
  element.tabIndex = -1;
  element.focus();
}

/** Everything that was typed or chosen, gone: the page may be looked at again with Back. */
export function clearFields(root: ParentNode = document): void {
  for (const control of all<HTMLInputElement>(root, "input[data-name],textarea,select[data-name],input[data-code],input[data-retype],input[data-passphrase],input[data-again]")) {
    if (control.type === "checkbox" || control.type === "radio") control.checked = control.defaultChecked;
    else control.value = "";
  }
}
