/** The keys of the whole page: what each of them does, and the list of all keys there are. */
import type { TextKey } from '../i18n/translate';

export type Shortcut = 'switcher' | 'keys' | 'previous_channel' | 'next_channel';

/** What of a pressed key counts. */
export type Pressed = Pick<
  KeyboardEvent,
  'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'isComposing' | 'defaultPrevented'
>;

/** What a key means for the page; null when it is none of its business. `writing`: it was pressed where text is written. */
export function shortcutOf(pressed: Pressed, writing: boolean): Shortcut | null {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = pressed;
  if (pressed.isComposing || pressed.defaultPrevented) return null;
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === 'k') return 'switcher';
  if (ctrlKey || metaKey) return null;
  if (altKey && !shiftKey && key === 'ArrowUp') return 'previous_channel';
  if (altKey && !shiftKey && key === 'ArrowDown') return 'next_channel';
  return key === '?' && !altKey && !writing ? 'keys' : null;
}

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
  { where: 'keys.in_call', rows: [{ keys: ['{talk}'], does: 'keys.talk' }] },
];
