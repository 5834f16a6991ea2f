/** All that goes out: the microphone, what its sound passes, the key, and the gate they meet at. */
import type { Clock } from './clock';
import { MicrophoneGate, type GateInputs, type TalkMode } from './gate';
import { isSameProcessing, Microphone, type MediaInputs, type MicrophoneState } from './microphone';
import type { AudioTrack } from './peer_connection';
import { PushToTalk, type ButtonFinger, type TalkSurface } from './push_to_talk';
import type { ReasonCode } from './reasons';
import { ownSound, type OwnSound } from './own_sound';
import type { VoiceSettings } from './settings';
import { treatmentOf, type SoundFactory } from './sound';
import { SoundChain } from './sound_chain';
import { isSameKey } from './talk_key';

export interface VoiceInputPorts {
  readonly clock: Clock;
  readonly inputs: MediaInputs;
  readonly talkSurface: TalkSurface;
  readonly createSound: SoundFactory;
}

export interface VoiceInputEvents {
  /** What is sent comes from this track now; the one before still runs while this is called. */
  track(track: AudioTrack | null): void;
  changed(): void;
}

export class VoiceInput {
  readonly #events: VoiceInputEvents;
  readonly #microphone: Microphone;
  readonly #gate: MicrophoneGate;
  readonly #talk: PushToTalk;
  #settings: VoiceSettings;
  readonly #chain: SoundChain;
  #voiceActive = false;
  #inCall = false;
  #recordingKey = false;
  #muted = false;
  #silent = false;
  #suppressionFailed = false;

  constructor(ports: VoiceInputPorts, settings: VoiceSettings, events: VoiceInputEvents) {
    this.#events = events;
    this.#settings = settings;
    this.#gate = new MicrophoneGate(ports.clock, (open) => {
      this.#chain.listening = open;
      events.changed();
    });
    this.#gate.set({ mode: settings.mode, releaseMs: settings.releaseMs });
    this.#talk = new PushToTalk(ports.talkSurface, (held) => {
      this.#gate.set({ held });
      events.changed(); // also where the gate stays shut: the button shows that it is held
    });
    this.#talk.configure(settings.talkKey, settings.latching);
    this.#microphone = new Microphone(ports.inputs, settings, {
      track: (track) => this.#chain.use(track, treatmentOf(this.#settings)),
      deviceChanged: () => this.#talk.letGo(), // another microphone hears another room
      changed: () => events.changed(),
    });
    this.#chain = new SoundChain(ports.clock, ports.createSound, settings.thresholdDbfs, {
      track: (track) => this.#replaceTrack(track),
      heard: (speaking) => this.#heard(speaking),
      changed: () => this.#chainChanged(),
    });
  }

  /** Whether there is a microphone to send from. */
  get live(): boolean {
    return this.#microphone.live;
  }

  /** Why one can only listen, or null. */
  get reason(): ReasonCode | null {
    return this.#microphone.reason;
  }

  get microphone(): MicrophoneState {
    return this.#microphone.state;
  }

  /** What is sent. */
  get track(): AudioTrack | null {
    return this.#chain.track;
  }

  /** What is reported of the microphone, for the verdict. */
  sound(): OwnSound {
    const transmitting = this.#gate.open && this.live;
    return ownSound(this.#microphone, transmitting, this.#chain.loudest());
  }

  /** The part of the view that shows what goes out. */
  view() {
    const transmitting = this.#gate.open && this.live; // an open gate without a microphone sends nothing
    return {
      talkPressed: this.#talk.active,
      transmitting,
      selfSpeaking: transmitting && this.voiceActive,
      listenOnly: this.#microphone.state === 'refused',
      microphoneSilent: this.#silent,
      suppressionFailed: this.#suppressionFailed,
    };
  }

  /** Somebody speaks into the microphone, whether it is sent or not. */
  get voiceActive(): boolean {
    return this.#voiceActive && this.live;
  }

  /** Somebody speaks who would be heard now, if nothing muted them. */
  get talking(): boolean {
    return this.live && (this.#settings.mode === 'push_to_talk' ? this.#talk.active : this.#voiceActive);
  }

  /** We are in a call: the microphone opens, the key works. What was held or latched in a call before stays there. */
  start(): void {
    if (this.#inCall) {
      this.#gate.set({ inCall: false });
      this.#talk.letGo();
    }
    this.#gate.set({ inCall: true });
    this.#inCall = true;
    this.#listen();
    void this.#microphone.open();
  }

  /** Tries again to get a microphone; resolves when it is known what came of it. */
  retry(): Promise<void> {
    return this.#microphone.open();
  }

  /** While a key is recorded none talks, least of all the one that is pressed. */
  set recordingKey(recording: boolean) {
    this.#recordingKey = recording;
    if (recording) this.#talk.stop();
    else if (this.#inCall) this.#listen();
  }

  /** We are in no call: everything is released. */
  stop(): void {
    this.#gate.set({ inCall: false });
    this.#inCall = false;
    this.#talk.stop();
    this.#microphone.dispose();
    this.#chain.close();
    void this.#microphone.configure(this.#settings); // what has failed in this call is tried again in the next
    this.#chainChanged();
  }

  /** A latch does not outlive a change of a mute: un-muting, oneself or by others, opens the microphone for nobody who holds nothing. */
  setFlags(flags: Pick<GateInputs, 'muted' | 'deafened' | 'mutedByAdministrator'>): void {
    const muted = flags.muted || flags.mutedByAdministrator;
    if (muted !== this.#muted) this.#talk.unlatch();
    this.#muted = muted;
    this.#gate.set(flags);
  }

  /** What is as before is left alone: a held key stays held, the microphone stays open. */
  configure(settings: VoiceSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    const sameKey = isSameKey(before.talkKey, settings.talkKey) && before.latching === settings.latching;
    if (!sameKey) this.#talk.configure(settings.talkKey, settings.latching);
    this.#gate.set({ mode: settings.mode, releaseMs: settings.releaseMs });
    this.#chain.thresholdDbfs = settings.thresholdDbfs;
    if (this.#inCall) this.#listen();
    const sameProcessing = isSameProcessing(before.processing, settings.processing);
    if (before.inputDeviceId === settings.inputDeviceId && sameProcessing) this.#treat();
    else void this.#microphone.configure(this.#asked()).then(() => this.#treat()); // or with the old one, where no other came
  }

  press(finger: ButtonFinger): void {
    this.#talk.press(finger);
  }

  release(finger: ButtonFinger): void {
    this.#talk.release(finger);
  }

  /** The key matters only while it can open the gate. */
  #listen(): void {
    const byKey: TalkMode = 'push_to_talk';
    if (this.#settings.mode === byKey && !this.#recordingKey) this.#talk.start();
    else this.#talk.stop();
  }

  /** What is asked of the microphone: where RNNoise cannot be had, the browser's own suppression. */
  #asked(): VoiceSettings {
    const { processing } = this.#settings;
    if (!this.#suppressionFailed || processing.noiseSuppression !== 'rnnoise') return this.#settings;
    return { ...this.#settings, processing: { ...processing, noiseSuppression: 'browser' } };
  }

  #treat(): void {
    this.#chain.treat(treatmentOf(this.#settings));
  }

  #replaceTrack(track: AudioTrack | null): void {
    this.#gate.attach(track);
    this.#events.track(track);
  }

  #chainChanged(): void {
    const silent = this.sound().microphone === 'silent';
    const failed = this.#chain.suppressionFailed;
    if (silent === this.#silent && failed === this.#suppressionFailed) return;
    const fallsBack = failed && !this.#suppressionFailed;
    this.#silent = silent;
    this.#suppressionFailed = failed;
    if (fallsBack) void this.#microphone.configure(this.#asked());
    this.#events.changed();
  }

  #heard(speaking: boolean): void {
    if (speaking === this.#voiceActive) return;
    this.#voiceActive = speaking;
    this.#gate.set({ voiceActive: speaking });
    this.#events.changed();
  }
}
