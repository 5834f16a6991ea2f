/** Trying the microphone outside a call: its level as a call would send it, and five seconds of it played back. */
import type { Listener } from './check/ports';
import type { Clock } from './clock';
import { isSameProcessing, Microphone, type MediaInputs } from './microphone';
import type { AudioTrack } from './peer_connection';
import type { ReasonCode } from './reasons';
import type { VoiceSettings } from './settings';
import { treatmentOf, type SoundFactory, type Treatment } from './sound';
import { SoundChain } from './sound_chain';

export const RECORDED_MS = 5_000;
const SILENCE_DBFS = -100;

export type TestPhase = 'off' | 'opening' | 'listening' | 'recording' | 'playing';

/** Takes down what sounds, from when it was made. */
export interface Recorder {
  /** Ends it, and gives what was taken down. */
  finish(): Promise<Blob>;
  /** Ends it, and throws it away. */
  cancel(): void;
}

export interface Playing {
  /** Resolves at the end, rejects where it cannot be played. */
  readonly done: Promise<void>;
  stop(): void;
}

export interface MicrophoneTestPorts {
  readonly clock: Clock;
  readonly inputs: MediaInputs;
  readonly createSound: SoundFactory;
  listen(track: AudioTrack): Listener;
  record(track: AudioTrack): Recorder;
  play(recording: Blob, settings: VoiceSettings): Playing;
}

/** What has gone wrong: why there is no microphone, or that what was recorded cannot be played. */
export type TestProblem = ReasonCode | 'not_played';

export class MicrophoneTest {
  readonly #ports: MicrophoneTestPorts;
  readonly #changed: () => void;
  readonly #microphone: Microphone;
  readonly #chain: SoundChain;
  #settings: VoiceSettings;
  #phase: TestPhase = 'off';
  #records = false;
  #problem: TestProblem | null = null;
  #listener: Listener | null = null;
  #recorder: Recorder | null = null;
  #playing: Playing | null = null;
  #cancelTimer: (() => void) | null = null;

  /** `changed` is called when anything but the level is another. */
  constructor(ports: MicrophoneTestPorts, settings: VoiceSettings, changed: () => void) {
    this.#ports = ports;
    this.#settings = settings;
    this.#changed = changed;
    this.#microphone = new Microphone(ports.inputs, settings, {
      track: (track) => this.#chain.use(track, this.#treatment()),
      changed: () => this.#opened(),
    });
    this.#chain = new SoundChain(ports.clock, ports.createSound, settings.thresholdDbfs, {
      track: (track) => this.#sounds(track),
      heard: () => undefined,
      changed,
    });
  }

  get phase(): TestPhase {
    return this.#phase;
  }

  get problem(): TestProblem | null {
    return this.#problem;
  }

  get suppressionFailed(): boolean {
    return this.#chain.suppressionFailed;
  }

  /** In dBFS, −100 for silence; as a call would send it. */
  level(): number {
    return this.#listener?.level() ?? SILENCE_DBFS;
  }

  listen(): void {
    this.#begin(false);
  }

  /** Takes down five seconds and plays them back through the chosen speaker. */
  record(): void {
    this.#begin(true);
  }

  stop(): void {
    this.#end(null);
  }

  /** In force at once, also while it listens. */
  configure(settings: VoiceSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    const same = isSameProcessing(before.processing, settings.processing);
    if (same && before.inputDeviceId === settings.inputDeviceId) this.#chain.treat(this.#treatment());
    else void this.#microphone.configure(settings);
  }

  #begin(records: boolean): void {
    this.#records = records;
    const { track } = this.#chain;
    if (track) return this.#sounds(track);
    this.#become('opening', null);
    void this.#microphone.open();
  }

  #end(problem: TestProblem | null): void {
    this.#close();
    this.#playing?.stop();
    this.#playing = null;
    this.#become('off', problem);
  }

  #close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#recorder?.cancel();
    this.#recorder = null;
    this.#microphone.dispose();
    this.#chain.close();
  }

  #opened(): void {
    if (this.#microphone.state === 'refused') this.#end(this.#microphone.reason);
  }

  /** Also when it is another track in the middle: what was recorded of the one before is thrown away. */
  #sounds(track: AudioTrack | null): void {
    this.#listener?.stop();
    this.#listener = track && this.#ports.listen(track);
    if (!track) return;
    if (this.#records) this.#record(track);
    else this.#become('listening', null);
  }

  #record(track: AudioTrack): void {
    this.#cancelTimer?.();
    this.#recorder?.cancel();
    this.#recorder = this.#ports.record(track);
    this.#cancelTimer = this.#ports.clock.after(RECORDED_MS, () => void this.#playBack());
    this.#become('recording', null);
  }

  async #playBack(): Promise<void> {
    const recorder = this.#recorder;
    this.#recorder = null;
    try {
      const recording = await recorder?.finish();
      if (!recording || this.#phase !== 'recording') return;
      this.#close(); // what is played is not to be heard again
      this.#playing = this.#ports.play(recording, this.#settings);
      const playing = this.#playing;
      this.#become('playing', null);
      await playing.done;
      if (this.#playing === playing) this.#end(null);
    } catch {
      if (this.#phase === 'recording' || this.#phase === 'playing') this.#end('not_played');
    }
  }

  /** What is measured and recorded here need not wait for anything to be noticed. */
  #treatment(): Treatment {
    return { ...treatmentOf(this.#settings), lookAheadMs: 0 };
  }

  #become(phase: TestPhase, problem: TestProblem | null): void {
    this.#phase = phase;
    this.#problem = problem;
    this.#changed();
  }
}
