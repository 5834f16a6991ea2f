/** Does something again and again, until what is returned is called. */
import type { Clock } from '../../core/clock';

export function every(clock: Clock, ms: number, act: () => void): () => void {
  let cancel = (): void => undefined;
  const again = (): void => {
    cancel = clock.after(ms, () => {
      act();
      again();
    });
  };
  again();
  return () => cancel();
}
