/** Play-out: one audio element for each peer, deafening that holds for late comers too, and blocked play-out. */
import type { AudioTrack } from './peer_connection';

/** An audio element that plays one track. */
export interface AudioSink {
  muted: boolean;
  /** 0 to 1; some systems ignore it. */
  volume: number;
  /** Rejects with a `NotAllowedError` while the browser wants a gesture first. */
  play(): Promise<void>;
  /** Not every browser can. */
  setSinkId?(deviceId: string): Promise<void>;
  close(): void;
}

export type AudioSinkFactory = (track: AudioTrack) => AudioSink;

export class Playback {
  readonly #create: AudioSinkFactory;
  readonly #changed: () => void;
  readonly #sinks = new Map<string, AudioSink>();
  readonly #refused = new Set<string>();
  #deafened = false;
  #silenced: ReadonlySet<string> = new Set();
  #deviceId = '';

  /** `changed` is called when play-out becomes blocked or is blocked no more. */
  constructor(create: AudioSinkFactory, changed: () => void) {
    this.#create = create;
    this.#changed = changed;
  }

  /** Whether the browser refuses to play somebody until there is a gesture. */
  get blocked(): boolean {
    return this.#refused.size > 0;
  }

  attach(peerId: string, track: AudioTrack): void {
    this.detach(peerId);
    const sink = this.#create(track);
    sink.muted = this.#silent(peerId);
    this.#sinks.set(peerId, sink);
    if (this.#deviceId) void this.#route(sink);
    void this.#play(peerId, sink);
  }

  detach(peerId: string): void {
    this.#sinks.get(peerId)?.close();
    this.#sinks.delete(peerId);
    this.#note(peerId, false);
  }

  detachAll(): void {
    for (const peerId of [...this.#sinks.keys()]) this.detach(peerId);
  }

  set deafened(deafened: boolean) {
    this.#deafened = deafened;
    this.#applySilence();
  }

  /** Who is not to be heard, whatever they send; also once they come. */
  set silenced(peerIds: ReadonlySet<string>) {
    this.#silenced = peerIds;
    this.#applySilence();
  }

  /** Plays through another device; an empty id is the system's choice. */
  setDevice(deviceId: string): void {
    if (deviceId === this.#deviceId) return;
    this.#deviceId = deviceId;
    for (const sink of this.#sinks.values()) void this.#route(sink);
  }

  /** To be called from a gesture: tries to play everybody again. */
  async enableSound(): Promise<void> {
    await Promise.all([...this.#sinks].map(([peerId, sink]) => this.#play(peerId, sink)));
  }

  #applySilence(): void {
    for (const [peerId, sink] of this.#sinks) sink.muted = this.#silent(peerId);
  }

  #silent(peerId: string): boolean {
    return this.#deafened || this.#silenced.has(peerId);
  }

  async #play(peerId: string, sink: AudioSink): Promise<void> {
    try {
      await sink.play();
      if (this.#sinks.get(peerId) === sink) this.#note(peerId, false);
    } catch (error) {
      const refused = error instanceof Error && error.name === 'NotAllowedError';
      if (refused && this.#sinks.get(peerId) === sink) this.#note(peerId, true);
    }
  }

  /** A device that is gone leaves the sound where it was. */
  async #route(sink: AudioSink): Promise<void> {
    await sink.setSinkId?.(this.#deviceId).catch(() => undefined);
  }

  #note(peerId: string, refused: boolean): void {
    const before = this.blocked;
    if (refused) this.#refused.add(peerId);
    else this.#refused.delete(peerId);
    if (before !== this.blocked) this.#changed();
  }
}
