// @ts-check
/*
 * token-dialog - asks the listener for the station's token.
 */

/** @param {string} refusal @returns {string} as a sentence */
function sentence(refusal) {
  if (refusal === '') return '';
  const text = refusal[0].toUpperCase() + refusal.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
}

export class TokenDialog {
  /**
   * @param {{
   *   dialog: HTMLDialogElement, form: HTMLFormElement, input: HTMLInputElement,
   *   error: HTMLElement, cancel: HTMLButtonElement, ontoken: (typed: string) => void
   * }} options
   */
  constructor({ dialog, form, input, error, cancel, ontoken }) {
    this.dialog = dialog;
    this.input = input;
    this.error = error;
    form.onsubmit = (event) => {
      event.preventDefault();
      this.refuse('');
      ontoken(input.value);
    };
    cancel.onclick = () => dialog.close();
  }

  ask() {
    this.input.value = '';
    this.refuse('');
    this.dialog.showModal();
    this.input.focus();
  }

  /** @param {string} refusal of what was typed; '' when it was taken */
  answer(refusal) {
    this.refuse(refusal);
    if (refusal === '') this.dialog.close();
    else this.input.select();
  }

  /** @param {string} refusal */
  refuse(refusal) {
    this.error.textContent = sentence(refusal);
    this.input.setAttribute('aria-invalid', String(refusal !== ''));
  }
}
