/** Which short sounds a call makes, and when: for what others do and oneself has not seen coming, once for a burst. */
import type { Clock } from './clock';
import type { Sound, VoiceSettings } from './settings';
import type { Signalling } from './signalling';
import type { VoiceView } from './view';

/** Comings and goings so close together make one sound; who went and came back meanwhile, as by moving a call, none. */
const BURST_MS = 500;
/** What changes so soon after the page came back to the server happened while it was away. */
const CATCHING_UP_MS = 3_000;
/** No sound at all for so long is an outage and no hiccup. */
const DOWN_MS = 2_000;

export type OutputChoice = Pick<VoiceSettings, 'outputDeviceId' | 'outputVolume'>;

export interface CallSoundsPorts {
  readonly clock: Clock;
  readonly signalling: Signalling;
  playSound(sound: Sound, output: OutputChoice): void;
}

export class CallSounds {
  readonly #ports: CallSoundsPorts;
  readonly #settings: () => VoiceSettings;
  #stopListening: (() => void) | null = null;
  #view: VoiceView | null = null;
  /** The users who were in the call when that was last looked at. */
  #known: ReadonlySet<string> = new Set();
  #caughtUpAt = 0;
  #cancelBurst: (() => void) | null = null;
  #cancelDown: (() => void) | null = null;

  constructor(ports: CallSoundsPorts, settings: () => VoiceSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** To be told every view of the call. */
  follow(view: VoiceView): void {
    const before = this.#view;
    this.#view = view;
    if (!isRunning(view)) return this.#ended(view, before);
    this.#stopListening ??= this.#ports.signalling.onLive((live) => {
      if (live) this.#caughtUpAt = this.#ports.clock.now() + CATCHING_UP_MS;
    });
    this.#watchOutage(view);
    if (before?.participantId !== view.participantId) return this.#adopt();
    if (view.muted !== before.muted) this.#play(view.muted ? 'muted' : 'unmuted');
    if (this.#ports.clock.now() < this.#caughtUpAt) this.#adopt();
    else if (this.#news() !== null)
      this.#cancelBurst ??= this.#ports.clock.after(BURST_MS, () => this.#compare());
  }

  close(): void {
    this.#forget();
  }

  /** Moved to another page, or closed with this one, by oneself is no loss. */
  #ended({ state, reason }: VoiceView, before: VoiceView | null): void {
    this.#forget();
    const over = before !== null && isRunning(before) && state === 'disconnected';
    if (over && reason !== null && reason.code !== 'page_reloaded') this.#play('lost');
  }

  #watchOutage(view: VoiceView): void {
    if (view.reason?.code !== 'connection_down') {
      this.#cancelDown?.();
      this.#cancelDown = null;
    } else this.#cancelDown ??= this.#ports.clock.after(DOWN_MS, () => this.#play('lost'));
  }

  /** Takes who is there as given: it is nobody's news. */
  #adopt(): void {
    this.#cancelBurst?.();
    this.#cancelBurst = null;
    this.#known = this.#present();
  }

  #compare(): void {
    const news = this.#news();
    this.#adopt();
    if (news !== null) this.#tell(news);
  }

  #news(): Sound | null {
    const present = this.#present();
    if ([...present].some((userId) => !this.#known.has(userId))) return 'joined';
    return present.size < this.#known.size ? 'left' : null;
  }

  #present(): ReadonlySet<string> {
    return new Set([...(this.#view?.peers.values() ?? [])].map(({ userId }) => userId));
  }

  /** Whoever is deafened hears nothing of others. */
  #tell(sound: Sound): void {
    if (!this.#view?.deafened) this.#play(sound);
  }

  #play(sound: Sound): void {
    const settings = this.#settings();
    if (!settings.mutedSounds.includes(sound)) this.#ports.playSound(sound, settings);
  }

  #forget(): void {
    this.#cancelBurst?.();
    this.#cancelDown?.();
    this.#stopListening?.();
    this.#cancelBurst = this.#cancelDown = this.#stopListening = null;
    this.#known = new Set();
  }
}

/** In a call: let in, and not over. */
function isRunning({ state, participantId }: VoiceView): boolean {
  return participantId !== null && ['joining', 'connected', 'reconnecting'].includes(state);
}
