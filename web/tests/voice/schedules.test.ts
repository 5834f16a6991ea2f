/** Random schedules of faults: whatever happens, everybody hears everybody within a minute of the end of it. */
import { expect, test } from 'vitest';
import { Schedule } from './fakes/schedule';

/** Override to repeat one schedule or to run more of them. */
const environment =
  (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env ?? {};
const FIRST = Number(environment['VOICE_SEED'] ?? 1);
const COUNT = Number(environment['VOICE_SCHEDULES'] ?? 2_000);

test(`${COUNT} random schedules end with all links well`, { timeout: 300_000 }, async () => {
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const schedule = new Schedule(seed);
    const broken = await schedule.run();
    if (broken) expect.fail(`VOICE_SEED=${seed}: ${broken}\n${schedule.log.join('\n')}`);
  }
});
