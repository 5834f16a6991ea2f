/** What treats the microphone's sound, as a fake: each that was made, and when it sounds or fails. */
import type { AudioTrack } from '../../../src/voice/peer_connection';
import {
  isSameTreatment,
  UNTREATED,
  type Loudest,
  type Sound,
  type SoundEvents,
  type SoundRequest,
  type Treatment,
} from '../../../src/voice/sound';
import { FakeTrack } from './tracks';

export class FakeSound implements Sound {
  readonly track: AudioTrack;
  readonly ready: Promise<void> | null;
  readonly adjusted: Partial<{ volume: number; thresholdDbfs: number }> = {};
  stopped = false;
  resting = false;
  #arrive: () => void = () => undefined;
  #refuse: () => void = () => undefined;

  constructor(
    readonly request: SoundRequest,
    readonly events: SoundEvents,
    private readonly levels: () => Loudest | null,
  ) {
    const plain = isSameTreatment(request.treatment, UNTREATED);
    this.track = plain ? request.microphone : new FakeTrack();
    this.ready = plain
      ? null
      : new Promise((resolve, reject) => {
          this.#arrive = resolve;
          this.#refuse = () => reject(new Error('cannot be made'));
        });
  }

  get treatment(): Treatment {
    return this.request.treatment;
  }

  /** It sounds, or never will. */
  arrive(): void {
    this.#arrive();
  }

  refuse(): void {
    this.#refuse();
  }

  setVolume(percent: number): void {
    this.adjusted.volume = percent;
  }

  setThreshold(dbfs: number): void {
    this.adjusted.thresholdDbfs = dbfs;
  }

  loudest(): Loudest | null {
    return this.levels();
  }

  rest(resting: boolean): void {
    this.resting = resting;
  }

  stop(): void {
    this.stopped = true;
    if (this.track !== this.request.microphone) this.track.stop();
  }
}

/** Makes sounds that answer at once, when told to, or never. */
export class FakeSounds {
  readonly made: FakeSound[] = [];
  answer: 'arrive' | 'wait' | 'refuse' | 'no RNNoise' = 'arrive';
  loudestDbfs: number | null = null;
  /** What is left of it after the treatment; null: as much. */
  treatedDbfs: number | null = null;

  readonly create = (request: SoundRequest, events: SoundEvents): Sound => {
    const sound = new FakeSound(request, events, () => this.#levels());
    this.made.push(sound);
    const refused = this.answer === 'no RNNoise' && request.treatment.suppress;
    if (this.answer === 'refuse' || refused) sound.refuse();
    else if (this.answer !== 'wait') sound.arrive();
    return sound;
  };

  /** Those that were not stopped. */
  get running(): FakeSound[] {
    return this.made.filter((sound) => !sound.stopped);
  }

  /** The one that is sent: what is to replace it was made later. */
  get sent(): FakeSound | undefined {
    return this.running[0];
  }

  get newest(): FakeSound {
    return this.made.at(-1)!;
  }

  #levels(): Loudest | null {
    if (this.loudestDbfs === null) return null;
    return { microphoneDbfs: this.loudestDbfs, treatedDbfs: this.treatedDbfs ?? this.loudestDbfs };
  }
}
