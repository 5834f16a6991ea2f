/** Every text of the interface, by its key in the catalogue. */
import en from './en.json';

export type TextKey = keyof typeof en;

const catalogue: Record<TextKey, string> = en;

/** The text of a key, with `{name}` places filled in. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return catalogue[key].replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
