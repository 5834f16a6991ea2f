/** All that comes in: whom one hears and how loud, and who is speaking. */
import type { Clock } from './clock';
import { soundOf } from './peer_sounds';
import type { AudioTrack } from './peer_connection';
import { Playback, type AudioSinkFactory, type Speakers } from './playback';
import type { VoiceSettings } from './settings';
import { SpeakingWatch, type Speaker } from './speaking';

export interface VoiceOutputPorts {
  readonly clock: Clock;
  readonly createSink: AudioSinkFactory;
  readonly speakers: Speakers;
}

export interface VoiceOutputEvents {
  /** Play-out has become blocked, or is blocked no more. */
  blockedChanged(): void;
  changed(): void;
  /** Everybody whose speaking is to be shown. */
  speakers(): Iterable<Speaker>;
}

export class VoiceOutput {
  readonly #playback: Playback;
  readonly #speaking: SpeakingWatch;
  readonly #speakers: Speakers;
  #stopFollowing: (() => void) | null = null;
  #settings: VoiceSettings;

  constructor(ports: VoiceOutputPorts, settings: VoiceSettings, events: VoiceOutputEvents) {
    this.#settings = settings;
    this.#speakers = ports.speakers;
    this.#playback = new Playback(ports.createSink, settings, () => events.blockedChanged());
    this.#speaking = new SpeakingWatch(
      ports.clock,
      () => events.speakers(),
      () => events.changed(),
    );
  }

  /** Whether the browser refuses to play somebody until there is a gesture. */
  get blocked(): boolean {
    return this.#playback.blocked;
  }

  isSpeaking(peerId: string): boolean {
    return this.#speaking.has(peerId);
  }

  /** Who speaks or has just spoken, whoever began first in front; and who stands where in the list. */
  view(): { readonly talking: readonly string[]; readonly risen: readonly string[] } {
    return { talking: [...this.#speaking.named], risen: this.#speaking.order.risen };
  }

  /** Somebody is at the list, by pointer or by keyboard: nobody in it may move. */
  holdOrder(held: boolean): void {
    this.#speaking.order.held = held;
  }

  /** Whether one has silenced that user for oneself. */
  isMutedForMe(userId: string): boolean {
    return soundOf(this.#settings.peerSounds, userId).muted;
  }

  /** We are in a call. */
  start(): void {
    this.#speaking.start();
    this.#stopFollowing ??= this.#speakers.onDeviceChange(
      () => void this.#playback.followSpeakers(this.#speakers),
    );
  }

  stop(): void {
    this.#speaking.stop();
    this.#stopFollowing?.();
    this.#stopFollowing = null;
  }

  attach(peerId: string, userId: string, track: AudioTrack): void {
    this.#playback.attach(peerId, userId, track);
  }

  detach(peerId: string): void {
    this.#playback.detach(peerId);
  }

  set deafened(deafened: boolean) {
    this.#playback.deafened = deafened;
  }

  /** Whom an administrator has muted, by participant id. */
  set silenced(peerIds: ReadonlySet<string>) {
    this.#playback.silenced = peerIds;
  }

  configure(settings: VoiceSettings): void {
    this.#settings = settings;
    this.#playback.configure(settings);
  }

  /** To be called from a gesture. */
  enableSound(): Promise<void> {
    return this.#playback.enableSound();
  }
}
