/** The list of all keys there are, as a person is shown it. */
import type { TextKey } from '../i18n/translate';

export interface KeyRow {
  /** Each is one cap; those in a row are pressed together. */
  readonly keys: readonly string[];
  readonly does: TextKey;
}

/** All keys, by where they work. `{talk}` stands for the key chosen for talking. */
export const ALL_KEYS: readonly { readonly where: TextKey; readonly rows: readonly KeyRow[] }[] = [
  {
    where: 'keys.everywhere',
    rows: [
      { keys: ['Ctrl', 'K'], does: 'keys.switcher' },
      { keys: ['Alt', '↑'], does: 'keys.previous_channel' },
      { keys: ['Alt', '↓'], does: 'keys.next_channel' },
      { keys: ['Esc'], does: 'keys.step_back' },
      { keys: ['?'], does: 'keys.list' },
    ],
  },
  {
    where: 'keys.writing',
    rows: [
      { keys: ['Enter'], does: 'keys.send' },
      { keys: ['Shift', 'Enter'], does: 'keys.line' },
      { keys: ['↑'], does: 'keys.edit_last' },
    ],
  },
  {
    where: 'keys.reading',
    rows: [
      { keys: ['↑'], does: 'keys.older' },
      { keys: ['↓'], does: 'keys.newer' },
      { keys: ['Tab'], does: 'keys.tools' },
    ],
  },
  {
    where: 'keys.in_call',
    rows: [
      { keys: ['{talk}'], does: 'keys.talk' },
      { keys: ['Ctrl', 'Shift', 'M'], does: 'keys.mute' },
      { keys: ['Ctrl', 'Shift', 'D'], does: 'keys.deafen' },
    ],
  },
];
