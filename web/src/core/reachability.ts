/** Finds out when a server that could not be reached can be: what was said of it then would be untrue. */
import type { Clock } from './clock';

const EVERY_MS = 3_000;

/** Asks every few seconds; `reached` is called once, after the first answer. The answer stops it. */
export function whenReachable(clock: Clock, ask: () => Promise<unknown>, reached: () => void): () => void {
  let stopped = false;
  let cancel = clock.after(EVERY_MS, () => void attempt());

  async function attempt(): Promise<void> {
    const answered = await ask().then(
      () => true,
      () => false,
    );
    if (stopped) return;
    if (answered) reached();
    else cancel = clock.after(EVERY_MS, () => void attempt());
  }

  return () => {
    stopped = true;
    cancel();
  };
}
