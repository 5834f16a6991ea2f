/** Who speaks in one's call, as it is written: in the compact bar, in the page's title; and the order of the list. */
import type { VoiceView } from '../../voice';

/** More names are not read anyway. */
const NAMES = 2;

/** The users who speak or have just spoken; oneself is known to oneself. */
export function othersTalking({ talking, peers }: Pick<VoiceView, 'talking' | 'peers'>): string[] {
  return talking.flatMap((id) => peers.get(id)?.userId ?? []);
}

/** Names as a list, and how many there are beyond it: "Ben, Cleo +1". */
export function asList(names: readonly string[]): string {
  const rest = names.length - NAMES;
  return [names.slice(0, NAMES).join(', '), ...(rest > 0 ? [`+${rest}`] : [])].join(' ');
}

/** Whoever has risen on top, the others as they were. */
export function inOrder<T extends { readonly id: string }>(
  participants: readonly T[],
  risen: readonly string[],
): T[] {
  const place = ({ id }: T) => (risen.includes(id) ? risen.indexOf(id) : risen.length);
  return [...participants].sort((one, other) => place(one) - place(other));
}
