/** The call as the components see it: the engine is loaded when it is needed, and its view is readable by Svelte. */
import type { VoiceController, VoiceView } from '../../voice';
import { t } from '../i18n/translate';

/** Loads the engine and makes the one controller of this page for a user. */
export type LoadVoice = (userId: string) => Promise<VoiceController>;

const noCall: VoiceView = {
  state: 'idle',
  channelId: null,
  participantId: null,
  reason: null,
  muted: false,
  deafened: false,
  mutedByAdministrator: false,
  mode: 'push_to_talk',
  talkPressed: false,
  transmitting: false,
  selfSpeaking: false,
  stillMuted: false,
  stage: null,
  talkingWhileMuted: false,
  playbackBlocked: false,
  listenOnly: false,
  talking: [],
  risen: [],
  microphoneSilent: false,
  suppressionFailed: false,
  peers: new Map(),
  canRejoin: false,
  canMoveHere: false,
};

export class VoiceSession {
  readonly #load: LoadVoice;
  #controller = $state.raw<VoiceController | null>(null);
  #view = $state.raw<VoiceView>(noCall);
  #loading: Promise<VoiceController> | null = null;
  /** The channel clicked last, unless the call was left since. */
  #wanted: string | null = null;
  /** Counts users of this page: a controller made for an earlier one is thrown away. */
  #generation = 0;

  constructor(load: LoadVoice) {
    this.#load = load;
  }

  get view(): VoiceView {
    return this.#view;
  }

  /** The engine; null until it is loaded. */
  get controller(): VoiceController | null {
    return this.#controller;
  }

  /** Loads the engine ahead of the first click. Resolves to null if it cannot be had now. */
  async prepare(userId: string): Promise<VoiceController | null> {
    if (this.#controller) return this.#controller;
    const generation = this.#generation;
    try {
      this.#loading ??= this.#load(userId);
      const controller = await this.#loading;
      if (generation !== this.#generation) return null;
      if (!this.#controller) this.#adopt(controller);
      return controller;
    } catch {
      if (generation === this.#generation) this.#loading = null;
      return null;
    }
  }

  /** Goes into a voice channel; the bar says at once that it is being tried. */
  async join(userId: string, channelId: string): Promise<void> {
    this.#wanted = channelId;
    if (!this.#controller) this.#view = { ...noCall, state: 'joining', channelId };
    const controller = await this.prepare(userId);
    if (this.#wanted !== channelId) return; // another click came meanwhile
    if (controller) await controller.join(channelId);
    else this.#showNotLoaded(channelId);
  }

  /** Leaves the call, or closes its bar. */
  disconnect(): void {
    this.#wanted = null;
    if (this.#controller) this.#controller.disconnect();
    else this.#view = noCall;
  }

  /** Whoever was here is leaving: the call ends and the engine goes. */
  end(): void {
    this.#generation += 1;
    this.#wanted = null;
    this.#loading?.then((controller) => controller.dispose()).catch(() => undefined);
    this.#loading = null;
    this.#controller = null;
    this.#view = noCall;
  }

  #adopt(controller: VoiceController): void {
    this.#controller = controller;
    controller.subscribe((view) => {
      if (this.#controller === controller) this.#view = view;
    });
    if (this.#wanted === null) this.#view = controller.view;
  }

  #showNotLoaded(channelId: string): void {
    const reason = {
      code: 'server_unreachable',
      sentence: t('voice.not_loaded'),
      remedy: t('voice.not_loaded_remedy'),
      side: 'network',
    } as const;
    this.#view = { ...noCall, state: 'disconnected', channelId, reason };
  }
}
