/** Play-out: one audio element for each peer, deafening that holds for late comers too, volumes, and blocked play-out. */
import { loudnessOf, soundOf } from './peer_sounds';
import type { AudioTrack } from './peer_connection';
import type { VoiceSettings } from './settings';

/** An audio element that plays one track. */
export interface AudioSink {
  muted: boolean;
  /** 0 to 2; above 1 it is louder than it was sent, where the browser can. Some systems ignore it. */
  volume: number;
  /** Rejects with a `NotAllowedError` while the browser wants a gesture first. */
  play(): Promise<void>;
  /** Not every browser can. */
  setSinkId?(deviceId: string): Promise<void>;
  close(): void;
}

export type AudioSinkFactory = (track: AudioTrack) => AudioSink;

/** The browser's loudspeakers. */
export interface Speakers {
  /** Whether one is there at this moment. */
  isThere(deviceId: string): Promise<boolean>;
  onDeviceChange(handler: () => void): () => void;
}

/** The settings of what is heard. */
export type OutputSettings = Pick<VoiceSettings, 'outputDeviceId' | 'outputVolume' | 'peerSounds'>;

interface Played {
  readonly peerId: string;
  readonly userId: string;
  readonly sink: AudioSink;
}

export class Playback {
  readonly #create: AudioSinkFactory;
  readonly #changed: () => void;
  readonly #played = new Map<string, Played>();
  readonly #refused = new Set<string>();
  #settings: OutputSettings;
  #deafened = false;
  #silenced: ReadonlySet<string> = new Set();

  /** `changed` is called when play-out becomes blocked or is blocked no more. */
  constructor(create: AudioSinkFactory, settings: OutputSettings, changed: () => void) {
    this.#create = create;
    this.#settings = settings;
    this.#changed = changed;
  }

  /** Whether the browser refuses to play somebody until there is a gesture. */
  get blocked(): boolean {
    return this.#refused.size > 0;
  }

  attach(peerId: string, userId: string, track: AudioTrack): void {
    this.detach(peerId);
    const played = { peerId, userId, sink: this.#create(track) };
    this.#played.set(peerId, played);
    this.#adjust(played);
    if (this.#deviceId) void this.#route(played.sink);
    void this.#play(peerId, played.sink);
  }

  detach(peerId: string): void {
    this.#played.get(peerId)?.sink.close();
    this.#played.delete(peerId);
    this.#note(peerId, false);
  }

  detachAll(): void {
    for (const peerId of [...this.#played.keys()]) this.detach(peerId);
  }

  set deafened(deafened: boolean) {
    this.#deafened = deafened;
    for (const played of this.#played.values()) this.#adjust(played);
  }

  /** Who is not to be heard, whatever they send; also once they come. */
  set silenced(peerIds: ReadonlySet<string>) {
    this.#silenced = peerIds;
    for (const played of this.#played.values()) this.#adjust(played);
  }

  /** Volumes and device, in force at once. */
  configure(settings: OutputSettings): void {
    const before = this.#deviceId;
    this.#settings = settings;
    for (const played of this.#played.values()) {
      this.#adjust(played);
      if (this.#deviceId !== before) void this.#route(played.sink);
    }
  }

  /** Something was plugged in or out. */
  async followSpeakers(speakers: Speakers): Promise<void> {
    const chosen = this.#deviceId;
    if (!chosen) return;
    const present = await speakers.isThere(chosen).catch(() => false);
    if (chosen !== this.#deviceId) return;
    for (const { sink } of this.#played.values()) void this.#route(sink, present ? chosen : '');
  }

  /** To be called from a gesture: tries to play everybody again. */
  async enableSound(): Promise<void> {
    await Promise.all([...this.#played].map(([peerId, { sink }]) => this.#play(peerId, sink)));
  }

  /** An empty id is the system's choice. */
  get #deviceId(): string {
    return this.#settings.outputDeviceId ?? '';
  }

  /** Whoever is not to be heard is muted too: on some systems the volume stays what it is. */
  #adjust({ peerId, userId, sink }: Played): void {
    const { peerSounds, outputVolume } = this.#settings;
    const loudness = loudnessOf(soundOf(peerSounds, userId), outputVolume);
    sink.muted = this.#deafened || loudness === 0 || this.#silenced.has(peerId);
    sink.volume = loudness;
  }

  async #play(peerId: string, sink: AudioSink): Promise<void> {
    const current = () => this.#played.get(peerId)?.sink === sink;
    try {
      await sink.play();
      if (current()) this.#note(peerId, false);
    } catch (error) {
      const refused = error instanceof Error && error.name === 'NotAllowedError';
      if (refused && current()) this.#note(peerId, true);
    }
  }

  /** A device that is gone leaves the sound where it was. */
  async #route(sink: AudioSink, deviceId = this.#deviceId): Promise<void> {
    await sink.setSinkId?.(deviceId).catch(() => undefined);
  }

  #note(peerId: string, refused: boolean): void {
    const before = this.blocked;
    if (refused) this.#refused.add(peerId);
    else this.#refused.delete(peerId);
    if (before !== this.blocked) this.#changed();
  }
}
