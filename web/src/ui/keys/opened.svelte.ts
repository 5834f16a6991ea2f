/** Which of the dialogs for the keyboard is open: a key opens them, and so does a click. */

export type KeysDialogName = 'switcher' | 'keys';

class Opened {
  dialog = $state<KeysDialogName | null>(null);
}

export const opened = new Opened();
