/** One virtual page: the whole engine over fakes of everything a browser gives it. */
import { VoiceController, type VoicePorts } from '../../../src/voice/controller';
import { Diagnostics } from '../../../src/voice/diagnostics';
import type { BrowserNote } from '../../../src/voice/elsewhere';
import type { Environment } from '../../../src/voice/environment';
import type { MediaInputs } from '../../../src/voice/microphone';
import type { AudioSink, Speakers } from '../../../src/voice/playback';
import type { TalkHandlers, TalkPress } from '../../../src/voice/push_to_talk';
import type { HeldScreen } from '../../../src/voice/screen_lock';
import {
  DEFAULT_SETTINGS,
  type RememberedCall,
  type Sound,
  type VoiceSettings,
} from '../../../src/voice/settings';
import { PageClock, type FakeClock } from './clock';
import { FakeGateway } from './gateway';
import type { FakeNetwork } from './network';
import type { FakeServer } from './server';
import { FakeSounds } from './sounds';
import { FakeTrack } from './tracks';

export { FakeTrack };

/** Microphones that answer when they are told to. */
function exactly({ deviceId }: MediaTrackConstraints): string | null {
  return typeof deviceId === 'object' && 'exact' in deviceId ? String(deviceId.exact) : null;
}

export class FakeInputs implements MediaInputs {
  readonly tracks: FakeTrack[] = [];
  readonly asked: MediaTrackConstraints[] = [];
  readonly #deviceHandlers = new Set<() => void>();
  available = true;
  default = 'built-in';
  /** Unplugged. */
  readonly missing = new Set<string>();
  /** What getUserMedia does: gives a track, refuses by an error of that name, or waits. */
  answer: 'give' | 'wait' | { readonly refuse: string } = 'give';
  #waiting: (() => void)[] = [];

  async getUserMedia(constraints: MediaTrackConstraints): Promise<FakeTrack> {
    this.asked.push(constraints);
    if (this.answer === 'wait') await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (typeof this.answer === 'object')
      throw Object.assign(new Error('refused'), { name: this.answer.refuse });
    const wanted = exactly(constraints);
    if (wanted !== null && this.missing.has(wanted))
      throw Object.assign(new Error('gone'), { name: 'OverconstrainedError' });
    const track = new FakeTrack(wanted ?? this.default);
    this.tracks.push(track);
    return track;
  }

  /** The person has answered the permission prompt. */
  decide(answer: 'give' | { readonly refuse: string }): void {
    this.answer = answer;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  defaultInput(): Promise<string> {
    return Promise.resolve(this.default);
  }

  isThere(deviceId: string): Promise<boolean> {
    return Promise.resolve(!this.missing.has(deviceId));
  }

  onDeviceChange(handler: () => void): () => void {
    this.#deviceHandlers.add(handler);
    return () => this.#deviceHandlers.delete(handler);
  }

  changeDevices(): void {
    for (const handler of [...this.#deviceHandlers]) handler();
  }

  /** Tracks that are still running. */
  get running(): FakeTrack[] {
    return this.tracks.filter((track) => !track.stopped);
  }
}

/** What one hears with: everything is there until it is unplugged. */
export class FakeSpeakers implements Speakers {
  readonly missing = new Set<string>();
  readonly #handlers = new Set<() => void>();

  isThere(deviceId: string): Promise<boolean> {
    return Promise.resolve(!this.missing.has(deviceId));
  }

  onDeviceChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  unplug(deviceId: string): void {
    this.missing.add(deviceId);
    for (const handler of [...this.#handlers]) handler();
  }

  plug(deviceId: string): void {
    this.missing.delete(deviceId);
    for (const handler of [...this.#handlers]) handler();
  }
}

export class FakeSink implements AudioSink {
  muted = false;
  volume = 1;
  device = '';
  closed = false;
  plays = 0;

  constructor(readonly allowed: () => boolean) {}

  play(): Promise<void> {
    this.plays += 1;
    return this.allowed()
      ? Promise.resolve()
      : Promise.reject(new DOMException('gesture', 'NotAllowedError'));
  }

  setSinkId(deviceId: string): Promise<void> {
    this.device = deviceId;
    return Promise.resolve();
  }

  close(): void {
    this.closed = true;
  }
}

/** A screen that is kept on until it is let go, or the page is hidden. */
export class FakeScreen implements HeldScreen {
  released = false;

  release(): Promise<void> {
    this.released = true;
    return Promise.resolve();
  }
}

class FakeNote implements BrowserNote {
  #participantId = '';

  write(participantId: string): void {
    this.#participantId = participantId;
  }

  names(participantId: string): boolean {
    return participantId === this.#participantId;
  }
}

/** The window of a page, as it is hidden, seen again and closed. */
class FakeWindow implements Environment {
  readonly #wake = new Set<(cause: 'online' | 'visible') => void>();
  readonly #hide = new Set<() => void>();
  hidden = false;

  onWake(handler: (cause: 'online' | 'visible') => void): () => void {
    this.#wake.add(handler);
    return () => this.#wake.delete(handler);
  }

  onPageHide(handler: () => void): () => void {
    this.#hide.add(handler);
    return () => this.#hide.delete(handler);
  }

  wake(cause: 'online' | 'visible'): void {
    for (const handler of [...this.#wake]) handler(cause);
  }

  hidePage(): void {
    for (const handler of [...this.#hide]) handler();
  }
}

/** What happens to a page from outside: its window, its network, its keys. */
export class FakeWorld extends FakeWindow {
  talk: TalkHandlers | null = null;
  /** False for a browser that is gone: its goodbyes do not arrive. */
  reachable = true;
  soundAllowed = true;
  readonly sounds = new FakeSounds();
  remembered: (RememberedCall & { at: number }) | null = null;
  readonly sinks: FakeSink[] = [];
  readonly speakers = new FakeSpeakers();
  /** Pages of one browser share it. */
  note: BrowserNote = new FakeNote();
  readonly beacons: unknown[] = [];
  readonly copied: string[] = [];
  readonly callSounds: Sound[] = [];
  readonly screens: FakeScreen[] = [];
  settings: VoiceSettings = DEFAULT_SETTINGS;
  readonly #follow = new Set<() => void>();

  /** Somebody begins or ends to speak into the microphone; null while nothing listens to it. */
  get speaking(): ((speaking: boolean) => void) | null {
    const events = this.sounds.sent?.events;
    return events ? (speaking) => events.heard(speaking) : null;
  }

  onSettings(handler: () => void): () => void {
    this.#follow.add(handler);
    return () => this.#follow.delete(handler);
  }

  /** Something is chosen, on this page or on another device. */
  choose(change: Partial<VoiceSettings>): void {
    this.settings = structuredClone({ ...this.settings, ...change });
    for (const handler of [...this.#follow]) handler();
  }

  holdScreen(): Promise<FakeScreen> {
    const screen = new FakeScreen();
    this.screens.push(screen);
    return Promise.resolve(screen);
  }

  press(key: string | number, change: Partial<TalkPress> = {}): void {
    this.talk?.pressed({ ...pressOf(key), ...change });
  }

  letGo(key: string | number): void {
    this.talk?.released(pressOf(key));
  }
}

export function pressOf(key: string | number): TalkPress {
  return { key, editable: false, modified: false, repeated: false, preventDefault: () => undefined };
}

export interface Page {
  readonly user: string;
  readonly host: string;
  readonly clock: PageClock;
  readonly gateway: FakeGateway;
  readonly inputs: FakeInputs;
  readonly world: FakeWorld;
  readonly diagnostics: Diagnostics;
  readonly voice: VoiceController;
}

/** Opens a page of a user on a host of the network; `change` replaces some of its ports. */
export function openPage(
  { clock: time, network, server }: { clock: FakeClock; network: FakeNetwork; server: FakeServer },
  user: string,
  { host = user, world = new FakeWorld() } = {},
): Page {
  const clock = new PageClock(time);
  const gateway = new FakeGateway(server, user, clock);
  const inputs = new FakeInputs();
  const diagnostics = new Diagnostics(clock);
  let ids = 0;
  const ports: VoicePorts = {
    userId: user,
    signalling: gateway,
    clock,
    diagnostics,
    inputs,
    environment: world,
    connect: network.factory(host),
    rosters: {
      ownCalls: () => server.callsOf(user),
      onChange: (handler) => server.onRosters(handler),
    },
    browserNote: world.note,
    names: { user: (id) => id, channel: (id) => id },
    instanceHost: 'chat.example',
    microphoneHelp: 'Ask your browser.',
    newId: () => `${user}-${host}-${++ids}`,
    beacon: (goodbye) => {
      world.beacons.push(goodbye);
      if (world.reachable) server.beacon(goodbye.participant_id);
    },
    talkSurface: (handlers) => {
      world.talk = handlers;
      return () => {
        world.talk = null;
      };
    },
    createSound: world.sounds.create,
    playSound: (sound) => void world.callSounds.push(sound),
    holdScreen: () => world.holdScreen(),
    createSink: () => {
      const sink = new FakeSink(() => world.soundAllowed);
      world.sinks.push(sink);
      return sink;
    },
    speakers: world.speakers,
    settings: {
      load: () => world.settings,
      save: (change) => world.choose(change),
      onChange: (handler) => world.onSettings(handler),
    },
    memory: {
      load: () => world.remembered,
      save: (call) => (world.remembered = { ...call, at: clock.wallNow() }),
      clear: () => (world.remembered = null),
    },
    copy: (text) => Promise.resolve(void world.copied.push(text)),
  };
  return { user, host, clock, gateway, inputs, world, diagnostics, voice: new VoiceController(ports) };
}
