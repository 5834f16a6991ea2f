/** The keys of the whole page, and what each of them does. */

export type Shortcut = 'switcher' | 'keys' | 'previous_channel' | 'next_channel' | 'mute' | 'deafen';

/** What of a pressed key counts. */
export type Pressed = Pick<
  KeyboardEvent,
  'key' | 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'isComposing' | 'defaultPrevented'
>;

/** What a key means for the page; null when it is none of its business. `writing`: it was pressed where text is written. */
export function shortcutOf(pressed: Pressed, writing: boolean): Shortcut | null {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = pressed;
  if (pressed.isComposing || pressed.defaultPrevented) return null;
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === 'k') return 'switcher';
  if (ctrlKey || metaKey) return altKey || !shiftKey ? null : silencing(pressed);
  if (altKey && !shiftKey && key === 'ArrowUp') return 'previous_channel';
  if (altKey && !shiftKey && key === 'ArrowDown') return 'next_channel';
  return key === '?' && !altKey && !writing ? 'keys' : null;
}

/** By the letter; where the keyboard writes another alphabet, by the place of the key. */
function silencing({ key, code }: Pressed): Shortcut | null {
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code;
  if (letter === 'm' || letter === 'KeyM') return 'mute';
  return letter === 'd' || letter === 'KeyD' ? 'deafen' : null;
}
