/** The sign-in page while much comes in: the work is done while name and password are typed, and sent with them. */

import { show } from "./texts";
import { work } from "./work";

const form = document.querySelector<HTMLFormElement>("form#sign-in[data-nonce]");

if (form) {
  const { nonce, bits } = form.dataset;
  const done = work({ nonce: nonce!, bits: Number(bits) }).then(
    ({ counter }) => {
      form.querySelector<HTMLInputElement>("input[name=counter]")!.value = String(counter);
      return true;
    },
    // Sent without: the server says what else there is.
    () => false,
  );
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    for (const words of form.querySelectorAll("[data-working]")) show(words, true);
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    await done;
    form.submit();
  };
  form.addEventListener("submit", (event) => void submit(event));
}
