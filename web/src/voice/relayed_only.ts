/** What passes between the browsers when one of the two hides: candidates of relays, and everything that is none. */
import type { Signal } from './wire';

const RELAYED = /^candidate:\S+ \d+ \S+ \d+ \S+ \d+ typ relay(?: |$)/i;

/** The signal without the candidates of other ways; null when nothing is left. Descriptions are left alone: the server reads them. */
export function relayedOnly<S extends Signal>(signal: S): S | null {
  if (signal.kind !== 'candidates') return signal;
  const candidates = signal.data.candidates.filter(({ candidate }) => !candidate || RELAYED.test(candidate));
  return candidates.length > 0 ? { ...signal, data: { candidates } } : null;
}
