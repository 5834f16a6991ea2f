/** The name of the push-to-talk key as a person knows it: what is printed on it, where the browser tells. */
import { SvelteMap } from 'svelte/reactivity';
import type { TalkKey } from '../../voice';
import { t } from '../i18n/translate';

/** https://wicg.github.io/keyboard-map/, which not every browser has. */
interface Keyboard {
  getLayoutMap(): Promise<ReadonlyMap<string, string>>;
}

/** What the keys write; empty until it is known. */
const written = new SvelteMap<string, string>();

/** Asks the browser for the layout of the keyboard. */
export async function learnKeyboard(
  keyboard = (navigator as Navigator & { keyboard?: Keyboard }).keyboard,
): Promise<void> {
  const layout = await keyboard?.getLayoutMap().catch(() => null);
  for (const [code, key] of layout ?? []) written.set(code, key);
}

export function talkKeyName(key: TalkKey): string {
  if (key.kind === 'pointer') return t('key.mouse', { button: key.button + 1 });
  const printed = written.get(key.code);
  if (printed?.trim()) return asPrinted(printed);
  return key.code
    .replace(/^(Key|Digit)/, '')
    .replace(/^Arrow/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2');
}

/** Keys are labelled with capitals; but ß is not called SS. */
function asPrinted(written: string): string {
  const capital = written.toUpperCase();
  return capital.length === written.length ? capital : written;
}
