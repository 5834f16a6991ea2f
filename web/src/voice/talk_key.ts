/** Which key or mouse button talks, and what a press of it means where people type. */

export type TalkKey =
  { readonly kind: 'key'; readonly code: string } | { readonly kind: 'pointer'; readonly button: number };

/** `KeyboardEvent.code` of the keys that write nothing by themselves. */
const MODIFIER = /^(Control|Shift|Alt|Meta)(Left|Right)$/;
const FUNCTION_KEY = /^F([1-9]|1\d|2[0-4])$/;

/** What a press of it carries: `KeyboardEvent.code`, or the number of the mouse button. */
export function codeOf(key: TalkKey): string | number {
  return key.kind === 'key' ? key.code : key.button;
}

export function isSameKey(one: TalkKey, other: TalkKey): boolean {
  return codeOf(one) === codeOf(other);
}

export function isModifier(code: string): boolean {
  return MODIFIER.test(code);
}

/** Whether it talks while one is typing, too: a key that writes does not. */
export function worksWhileTyping(key: TalkKey): boolean {
  return key.kind === 'pointer' || isModifier(key.code) || FUNCTION_KEY.test(key.code);
}

type KeyPress = Pick<KeyboardEvent, 'code' | 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'isComposing'>;

/** Whether Control, Alt or Meta is held beside the key itself, or an input method is composing. */
export function isModified(press: KeyPress): boolean {
  const own = MODIFIER.exec(press.code)?.[1];
  const byAltGraph = press.key === 'AltGraph'; // Windows presses Control with it
  return (
    press.isComposing ||
    (press.ctrlKey && own !== 'Control' && !byAltGraph) ||
    (press.altKey && own !== 'Alt') ||
    (press.metaKey && own !== 'Meta')
  );
}
