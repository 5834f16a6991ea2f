/** All that goes out: the microphone, the key, the level and the gate they meet at. */
import type { Clock } from './clock';
import { MicrophoneGate, type GateInputs, type TalkMode } from './gate';
import { isSameProcessing, Microphone, type MediaInputs, type MicrophoneState } from './microphone';
import type { AudioTrack } from './peer_connection';
import { PushToTalk, type ButtonFinger, type TalkSurface } from './push_to_talk';
import type { ReasonCode } from './reasons';
import { ownSound, type OwnSound } from './own_sound';
import type { VoiceSettings } from './settings';
import { isSameKey } from './talk_key';

/** Listens to a copy of the track, which sounds whether the gate is open or not. */
export interface LevelMeter {
  setThreshold(dbfs: number): void;
  /** The loudest of the last seconds; null until there are enough of them. */
  loudestDbfs(): number | null;
  stop(): void;
}

export type LevelMeterFactory = (
  track: AudioTrack,
  thresholdDbfs: number,
  heard: (speaking: boolean) => void,
) => LevelMeter;

export interface VoiceInputPorts {
  readonly clock: Clock;
  readonly inputs: MediaInputs;
  readonly talkSurface: TalkSurface;
  readonly createMeter: LevelMeterFactory;
}

export interface VoiceInputEvents {
  /** What is sent comes from this track now; the one before still runs while this is called. */
  track(track: AudioTrack | null): void;
  changed(): void;
}

export class VoiceInput {
  readonly #ports: VoiceInputPorts;
  readonly #events: VoiceInputEvents;
  readonly #microphone: Microphone;
  readonly #gate: MicrophoneGate;
  readonly #talk: PushToTalk;
  #settings: VoiceSettings;
  #meter: LevelMeter | null = null;
  #voiceActive = false;
  #muted = false;

  constructor(ports: VoiceInputPorts, settings: VoiceSettings, events: VoiceInputEvents) {
    this.#ports = ports;
    this.#events = events;
    this.#settings = settings;
    this.#gate = new MicrophoneGate(ports.clock, () => events.changed());
    this.#gate.set({ mode: settings.mode, releaseMs: settings.releaseMs });
    this.#talk = new PushToTalk(ports.talkSurface, (held) => {
      this.#gate.set({ held });
      events.changed(); // also where the gate stays shut: the button shows that it is held
    });
    this.#talk.configure(settings.talkKey, settings.latching);
    this.#microphone = new Microphone(ports.inputs, settings, {
      track: (track) => this.#replaceTrack(track),
      deviceChanged: () => this.#talk.letGo(), // another microphone hears another room
      changed: () => events.changed(),
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

  get track(): AudioTrack | null {
    return this.#microphone.track;
  }

  /** What is reported of the microphone, for the verdict. */
  sound(): OwnSound {
    const transmitting = this.#gate.open && this.live;
    return ownSound(this.#microphone, transmitting, this.#meter?.loudestDbfs() ?? null);
  }

  /** The part of the view that shows what goes out. */
  view() {
    const transmitting = this.#gate.open && this.live; // an open gate without a microphone sends nothing
    return {
      talkPressed: this.#talk.active,
      transmitting,
      selfSpeaking: transmitting && this.voiceActive,
      listenOnly: this.#microphone.state === 'refused',
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

  /** We are in a call: the microphone opens, the key works. */
  start(): void {
    this.#gate.set({ inCall: true });
    this.#listen();
    void this.#microphone.open();
  }

  /** Tries again to get a microphone; resolves when it is known what came of it. */
  retry(): Promise<void> {
    return this.#microphone.open();
  }

  /** We are in no call: everything is released. */
  stop(): void {
    this.#gate.set({ inCall: false });
    this.#talk.stop();
    this.#microphone.dispose();
  }

  /** A latch does not outlive a change of a mute: un-muting, oneself or by others, opens the microphone for nobody who holds nothing. */
  setFlags(flags: Pick<GateInputs, 'muted' | 'deafened' | 'mutedByAdministrator'>): void {
    const muted = flags.muted || flags.mutedByAdministrator;
    if (muted !== this.#muted) this.#talk.unlatch();
    this.#muted = muted;
    this.#gate.set(flags);
  }

  /** What is as before is left alone: a held key stays held, the microphone stays open. */
  configure(settings: VoiceSettings, inCall: boolean): void {
    const before = this.#settings;
    this.#settings = settings;
    const sameKey = isSameKey(before.talkKey, settings.talkKey) && before.latching === settings.latching;
    if (!sameKey) this.#talk.configure(settings.talkKey, settings.latching);
    this.#gate.set({ mode: settings.mode, releaseMs: settings.releaseMs });
    this.#meter?.setThreshold(settings.thresholdDbfs);
    if (inCall) this.#listen();
    const sameProcessing = isSameProcessing(before.processing, settings.processing);
    if (before.inputDeviceId !== settings.inputDeviceId || !sameProcessing)
      void this.#microphone.configure(settings);
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
    if (this.#settings.mode === byKey) this.#talk.start();
    else this.#talk.stop();
  }

  #replaceTrack(track: AudioTrack | null): void {
    this.#gate.attach(track);
    this.#meter?.stop();
    this.#meter = track
      ? this.#ports.createMeter(track, this.#settings.thresholdDbfs, (on) => this.#heard(on))
      : null;
    if (!track) this.#heard(false);
    this.#events.track(track);
  }

  #heard(speaking: boolean): void {
    if (speaking === this.#voiceActive) return;
    this.#voiceActive = speaking;
    this.#gate.set({ voiceActive: speaking });
    this.#events.changed();
  }
}
