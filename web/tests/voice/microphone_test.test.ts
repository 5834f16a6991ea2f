/** Trying the microphone outside a call: what it shows and records, and that it is off afterwards whatever happens. */
import { expect, test } from 'vitest';
import { MicrophoneTest, RECORDED_MS, type MicrophoneTestPorts } from '../../src/voice/microphone_test';
import type { AudioTrack } from '../../src/voice/peer_connection';
import { DEFAULT_SETTINGS, type VoiceSettings } from '../../src/voice/settings';
import { FakeClock } from './fakes/clock';
import { FakeInputs } from './fakes/page';
import { FakeSounds } from './fakes/sounds';

const RECORDING = new Blob(['a voice']);

/** Recorders and players that note what becomes of them. */
class FakeDeck {
  readonly recorded: { track: AudioTrack; canceled: boolean }[] = [];
  readonly played: { recording: Blob; speaker: string | null; stopped: boolean }[] = [];
  listeners = 0;
  end: () => void = () => undefined;
  refuse: () => void = () => undefined;

  ports(): Pick<MicrophoneTestPorts, 'listen' | 'record' | 'play'> {
    return {
      listen: () => {
        this.listeners += 1;
        return { level: () => -33, stop: () => (this.listeners -= 1) };
      },
      record: (track) => {
        const tape = { track, canceled: false };
        this.recorded.push(tape);
        return { finish: () => Promise.resolve(RECORDING), cancel: () => (tape.canceled = true) };
      },
      play: (recording, { outputDeviceId }) => {
        const playing = { recording, speaker: outputDeviceId, stopped: false };
        this.played.push(playing);
        const done = new Promise<void>((resolve, reject) => {
          this.end = resolve;
          this.refuse = () => reject(new Error('no speaker'));
        });
        return { done, stop: () => (playing.stopped = true) };
      },
    };
  }
}

function rig(settings: Partial<VoiceSettings> = {}) {
  const [clock, inputs, sounds, deck] = [new FakeClock(), new FakeInputs(), new FakeSounds(), new FakeDeck()];
  let changes = 0;
  const ports = { clock, inputs, createSound: sounds.create, ...deck.ports() };
  const chosen = { ...DEFAULT_SETTINGS, ...settings };
  const trial = new MicrophoneTest(ports, chosen, () => (changes += 1));
  const nothingLeft = () =>
    expect([inputs.running, sounds.running, deck.listeners, clock.pending]).toEqual([[], [], 0, 0]);
  return { clock, inputs, sounds, deck, trial, chosen, nothingLeft, changes: () => changes };
}

test('the level is that of the sound as it is sent, and nothing is on before and after', async () => {
  const { clock, inputs, sounds, trial, nothingLeft } = rig({ mode: 'voice_activity', inputVolume: 150 });
  expect([trial.phase, trial.level(), inputs.asked]).toEqual(['off', -100, []]);
  trial.listen();
  expect(trial.phase).toBe('opening');
  await clock.settle();
  expect([trial.phase, trial.level()]).toEqual(['listening', -33]);
  expect(sounds.sent!.treatment).toEqual({ suppress: false, volume: 150, lookAheadMs: 0 });
  trial.stop();
  expect([trial.phase, trial.level()]).toEqual(['off', -100]);
  nothingLeft();
});

test('what is chosen meanwhile is in force at once', async () => {
  const { clock, inputs, sounds, trial, chosen } = rig({ inputVolume: 150 });
  trial.listen();
  await clock.settle();
  trial.configure({ ...chosen, inputVolume: 20 });
  expect(sounds.newest.adjusted.volume).toBe(20);
  trial.configure({ ...chosen, inputDeviceId: 'headset' });
  await clock.settle();
  expect([inputs.asked.at(-1), inputs.running.length, trial.phase]).toMatchObject([
    { deviceId: { exact: 'headset' } },
    1,
    'listening',
  ]);
});

test('five seconds are recorded, and played through the chosen speaker with the microphone off', async () => {
  const { clock, sounds, deck, trial, nothingLeft } = rig({ outputDeviceId: 'desk' });
  trial.record();
  await clock.settle();
  expect([trial.phase, deck.recorded[0]!.track]).toEqual(['recording', sounds.sent!.track]);
  await clock.advance(RECORDED_MS - 1);
  expect(trial.phase).toBe('recording');
  await clock.advance(1);
  expect([trial.phase, deck.played]).toEqual([
    'playing',
    [{ recording: RECORDING, speaker: 'desk', stopped: false }],
  ]);
  nothingLeft();
  deck.end();
  await clock.settle();
  expect([trial.phase, trial.problem]).toEqual(['off', null]);
});

test('while it listens already it records without opening anything again', async () => {
  const { clock, inputs, deck, trial } = rig();
  trial.listen();
  await clock.settle();
  trial.record();
  expect([trial.phase, deck.recorded.length, inputs.asked.length]).toEqual(['recording', 1, 1]);
});

test('another microphone in the middle of a recording begins it anew', async () => {
  const { clock, deck, trial, chosen } = rig();
  trial.record();
  await clock.advance(3_000);
  trial.configure({ ...chosen, inputDeviceId: 'headset' });
  await clock.advance(3_000);
  expect([trial.phase, deck.recorded.map((tape) => tape.canceled)]).toEqual(['recording', [true, false]]);
  await clock.advance(2_000);
  expect(trial.phase).toBe('playing');
});

for (const [when, milliseconds, phase] of [
  ['while it opens', null, 'opening'],
  ['in the middle of a recording', 2_000, 'recording'],
  ['in the middle of playing', 6_000, 'playing'],
] as const) {
  test(`stopped ${when}, everything is off`, async () => {
    const { clock, deck, trial, nothingLeft } = rig();
    trial.record();
    if (milliseconds !== null) await clock.advance(milliseconds);
    expect(trial.phase).toBe(phase);
    trial.stop();
    deck.end();
    await clock.settle();
    expect([trial.phase, deck.recorded.every((tape) => tape.canceled || deck.played.length > 0)]).toEqual([
      'off',
      true,
    ]);
    expect(deck.played.every((one) => one.stopped)).toBe(true);
    nothingLeft();
  });
}

test('a microphone that is refused, and a recording that cannot be played, are told of', async () => {
  const { clock, inputs, deck, trial, nothingLeft } = rig();
  inputs.answer = { refuse: 'NotAllowedError' };
  trial.listen();
  await clock.settle();
  expect([trial.phase, trial.problem]).toEqual(['off', 'mic_denied']);
  inputs.answer = 'give';
  trial.record();
  await clock.advance(RECORDED_MS);
  expect([trial.phase, trial.problem]).toEqual(['playing', null]);
  deck.refuse();
  await clock.settle();
  expect([trial.phase, trial.problem]).toEqual(['off', 'not_played']);
  nothingLeft();
});

test('that RNNoise cannot be had is told here as well', async () => {
  const { clock, sounds, trial, changes } = rig({
    processing: { ...DEFAULT_SETTINGS.processing, noiseSuppression: 'rnnoise' },
  });
  sounds.answer = 'no RNNoise';
  trial.listen();
  await clock.settle();
  expect([trial.phase, trial.suppressionFailed, changes() > 0]).toEqual(['listening', true, true]);
});
