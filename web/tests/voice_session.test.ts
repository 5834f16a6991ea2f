/** The call as the components see it: shown at once, never joined behind somebody's back, always released. */
import { expect, test } from 'vitest';
import type { VoiceController, VoiceView } from '../src/voice';
import { VoiceSession } from '../src/ui/voice/voice_session.svelte';
import { settle } from './fakes';

/** What the session uses of the engine, noting what is asked of it. */
class FakeEngine {
  readonly asked: string[] = [];
  view = { state: 'idle', channelId: null } as unknown as VoiceView;
  #tell: (view: VoiceView) => void = () => undefined;

  subscribe(listener: (view: VoiceView) => void): () => void {
    this.#tell = listener;
    return () => undefined;
  }

  show(view: Partial<VoiceView>): void {
    this.view = { ...this.view, ...view };
    this.#tell(this.view);
  }

  join(channelId: string): Promise<void> {
    this.asked.push(`join ${channelId}`);
    return Promise.resolve();
  }

  disconnect(): void {
    this.asked.push('disconnect');
  }

  dispose(): void {
    this.asked.push('dispose');
  }
}

interface Loading {
  userId: string;
  arrive(): Promise<void>;
  fail(): Promise<void>;
}

function start(): { session: VoiceSession; engine: FakeEngine; loads: Loading[] } {
  const engine = new FakeEngine();
  const loads: Loading[] = [];
  const session = new VoiceSession(
    (userId) =>
      new Promise((resolve, reject) => {
        loads.push({
          userId,
          arrive() {
            resolve(engine as unknown as VoiceController);
            return settle();
          },
          fail() {
            reject(new Error('offline'));
            return settle();
          },
        });
      }),
  );
  return { session, engine, loads };
}

test('the bar says at once that it is tried, and joins when the engine is there', async () => {
  const { session, engine, loads } = start();
  void session.join('ann', 'lounge');
  expect(session.view).toMatchObject({ state: 'joining', channelId: 'lounge' });
  await loads[0]!.arrive();
  expect(engine.asked).toEqual(['join lounge']);
  engine.show({ state: 'connected', channelId: 'lounge' });
  expect(session.view.state).toBe('connected');
});

test('the engine is loaded once, ahead of the first click', async () => {
  const { session, engine, loads } = start();
  void session.prepare('ann');
  void session.prepare('ann');
  await loads[0]!.arrive();
  await session.join('ann', 'lounge');
  expect(loads.map(({ userId }) => userId)).toEqual(['ann']);
  expect(engine.asked).toEqual(['join lounge']);
});

test('an engine that cannot be had is said so, and tried again with the next click', async () => {
  const { session, engine, loads } = start();
  void session.join('ann', 'lounge');
  await loads[0]!.fail();
  expect(session.view).toMatchObject({ state: 'disconnected', reason: { code: 'server_unreachable' } });
  void session.join('ann', 'lounge');
  await loads[1]!.arrive();
  expect(engine.asked).toEqual(['join lounge']);
});

test('who hangs up while the engine is loading is not joined', async () => {
  const { session, engine, loads } = start();
  void session.join('ann', 'lounge');
  session.disconnect();
  expect(session.view.state).toBe('idle');
  await loads[0]!.arrive();
  expect(engine.asked).toEqual([]);
  expect(session.view.state).toBe('idle');
});

test('the last click wins while the engine is loading', async () => {
  const { session, engine, loads } = start();
  void session.join('ann', 'lounge');
  void session.join('ann', 'games');
  await loads[0]!.arrive();
  expect(engine.asked).toEqual(['join games']);
});

test('the end of the login session ends the call, also one whose engine comes late', async () => {
  const { session, engine, loads } = start();
  void session.join('ann', 'lounge');
  session.end();
  await loads[0]!.arrive();
  expect(engine.asked).toEqual(['dispose']);
  engine.show({ state: 'connected' });
  expect(session.view.state).toBe('idle');
  void session.prepare('ben');
  expect(loads[1]?.userId).toBe('ben');
});
