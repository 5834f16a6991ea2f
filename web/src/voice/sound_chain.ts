/** What the microphone's sound passes on its way to the network, exchanged in a running call without a gap. */
import type { Clock } from './clock';
import { SILENT_DBFS } from './own_sound';
import type { AudioTrack } from './peer_connection';
import {
  isSameButForVolume,
  isSameTreatment,
  UNTREATED,
  type Loudest,
  type Sound,
  type SoundFactory,
  type Treatment,
} from './sound';

/** What is not ready by then will not be: better untreated than unheard. */
export const MAKING_MS = 3_000;

/** How much of the treatment is left after what has failed. */
enum Rung {
  All,
  Unsuppressed,
  Untreated,
}

export interface SoundChainEvents {
  /** What is sent comes from this track now; the one before still runs while this is called. */
  track(track: AudioTrack | null): void;
  heard(speaking: boolean): void;
  /** There are new levels, or a treatment has failed. */
  changed(): void;
}

interface Made {
  readonly microphone: AudioTrack;
  readonly sound: Sound;
  /** Nothing is done to it, so nothing can be adjusted. */
  readonly plain: boolean;
  treatment: Treatment;
  speaking: boolean;
  /** The microphone gives more than silence. */
  sounded: boolean;
  stopWaiting: () => void;
}

export class SoundChain {
  readonly #clock: Clock;
  readonly #create: SoundFactory;
  readonly #events: SoundChainEvents;
  #microphone: AudioTrack | null = null;
  #wanted = UNTREATED;
  #thresholdDbfs: number;
  #rung = Rung.All;
  #listening = false;
  #current: Made | null = null;
  /** Replaces the current one as soon as it sounds. */
  #coming: Made | null = null;

  constructor(clock: Clock, create: SoundFactory, thresholdDbfs: number, events: SoundChainEvents) {
    this.#clock = clock;
    this.#create = create;
    this.#thresholdDbfs = thresholdDbfs;
    this.#events = events;
  }

  /** What is sent. */
  get track(): AudioTrack | null {
    return this.#current?.sound.track ?? null;
  }

  /** RNNoise is wanted and cannot be had here. */
  get suppressionFailed(): boolean {
    return this.#wanted.suppress && this.#rung !== Rung.All;
  }

  loudest(): Loudest | null {
    return this.#current?.sound.loudest() ?? null;
  }

  /** Another microphone, or none. The one before is stopped when nothing of it is sent any more. */
  use(microphone: AudioTrack | null, wanted: Treatment): void {
    this.#want(wanted);
    this.#microphone = microphone;
    this.#make();
  }

  /** Another treatment of the same microphone. A change of volume alone exchanges nothing. */
  treat(wanted: Treatment): void {
    this.#want(wanted);
    const newest = this.#coming ?? this.#current;
    const treatment = this.#possible();
    if (!newest || isSameTreatment(newest.treatment, treatment)) return;
    if (newest.plain || !isSameButForVolume(newest.treatment, treatment)) return this.#make();
    newest.treatment = treatment;
    for (const made of [this.#current, this.#coming]) made?.sound.setVolume(treatment.volume);
  }

  set thresholdDbfs(dbfs: number) {
    this.#thresholdDbfs = dbfs;
    for (const made of [this.#current, this.#coming]) made?.sound.setThreshold(dbfs);
  }

  /** Whether it matters what is heard. Where it does not, and the microphone is known to sound, measuring rests: it costs. */
  set listening(listening: boolean) {
    this.#listening = listening;
    if (this.#current) this.#attend(this.#current);
  }

  /** Nothing is sent any more; what has failed is tried again next time. */
  close(): void {
    this.#rung = Rung.All;
    this.use(null, this.#wanted);
  }

  #want(wanted: Treatment): void {
    const anew = wanted.suppress !== this.#wanted.suppress;
    this.#wanted = wanted;
    if (!anew) return;
    this.#rung = Rung.All;
    this.#events.changed();
  }

  #possible(): Treatment {
    if (this.#rung === Rung.Untreated) return UNTREATED;
    return this.#rung === Rung.All ? this.#wanted : { ...this.#wanted, suppress: false };
  }

  #make(): void {
    const abandoned = this.#coming;
    this.#coming = null;
    if (abandoned) this.#release(abandoned);
    if (!this.#microphone) return this.#become(null);
    const made = this.#begin(this.#microphone);
    const { ready } = made.sound;
    if (!ready) return this.#become(made);
    this.#coming = made;
    made.stopWaiting = this.#clock.after(MAKING_MS, () => this.#failed(made));
    ready.then(
      () => this.#arrived(made),
      () => this.#failed(made),
    );
  }

  #begin(microphone: AudioTrack): Made {
    const treatment = this.#possible();
    const speaking = this.#current?.speaking ?? false;
    const request = { microphone, treatment, thresholdDbfs: this.#thresholdDbfs, speaking };
    const sound = this.#create(request, {
      heard: (now) => this.#heard(made, now),
      measured: ({ microphoneDbfs }) => {
        made.sounded ||= microphoneDbfs > SILENT_DBFS;
        this.#attend(made);
        this.#events.changed();
      },
      failed: () => this.#failed(made),
    });
    const plain = isSameTreatment(treatment, UNTREATED);
    const stopWaiting = (): void => undefined;
    const made: Made = { microphone, sound, plain, treatment, speaking, sounded: false, stopWaiting };
    return made;
  }

  #arrived(made: Made): void {
    if (made !== this.#coming) return;
    this.#coming = null;
    made.stopWaiting();
    this.#become(made);
  }

  /** The next rung: without RNNoise, and then with nothing at all. */
  #failed(made: Made): void {
    if (made.plain || (made !== this.#coming && made !== this.#current)) return;
    this.#rung = made.treatment.suppress ? Rung.Unsuppressed : Rung.Untreated;
    this.#make();
    this.#events.changed();
  }

  #attend({ sound, plain, speaking, sounded }: Made): void {
    sound.rest(plain && sounded && !speaking && !this.#listening);
  }

  #heard(made: Made, speaking: boolean): void {
    made.speaking = speaking;
    this.#attend(made);
    if (made === this.#current) this.#events.heard(speaking);
  }

  #become(made: Made | null): void {
    const old = this.#current;
    if (made === old) return;
    this.#current = made;
    try {
      this.#events.track(this.track);
      this.#events.heard(made?.speaking ?? false);
    } finally {
      if (old) this.#release(old); // whatever else fails, what nobody needs is off
    }
  }

  #release(made: Made): void {
    made.stopWaiting();
    made.sound.stop();
    const needed = made.microphone === this.#microphone || made.microphone === this.#current?.microphone;
    if (!needed) made.microphone.stop();
  }
}
