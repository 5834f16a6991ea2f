/** A person alone with their microphone who does what chance says, and the model that says when it sends. */
import { DEFAULT_SETTINGS, type VoiceSettings } from '../../../src/voice/settings';
import { seededRandom } from './clock';
import { FakeWorld, type Page } from './page';
import { Scene } from './scene';
import { TalkModel } from './talk_model';

const STEPS = 24;
const ADMITTED_MS = 60;
const CHANNELS = ['lounge', 'den'] as const;
const TAILS_MS = [0, 180, 500] as const;
/** Around the ends of the tails. */
const PAUSES_MS = [1, 60, 179, 180, 320, 500] as const;

export class TalkSequence {
  readonly log: string[] = [];
  readonly #random: () => number;
  readonly #scene = new Scene();
  readonly #world = new FakeWorld();
  readonly #page: Page;
  readonly #model = new TalkModel(() => this.#scene.clock.now());
  #channels = 0;
  #ruled = false;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    const latching = (this.#model.latching = this.#random() < 0.5);
    this.#world.settings = { ...DEFAULT_SETTINGS, latching };
    this.#page = this.#scene.page('ann', { world: this.#world });
  }

  /** What went otherwise than the model says, or null. */
  async run(): Promise<string | null> {
    await this.#join();
    const kinds = [
      this.#hands(),
      this.#hands(),
      this.#time(),
      this.#choices(),
      this.#devices(),
      this.#rest(),
    ];
    for (let step = 0; step < STEPS; step++) {
      const [name, happen] = this.#pick<[string, () => unknown]>(Object.entries(this.#pick(kinds)));
      this.log.push(name);
      await happen();
      await this.#scene.clock.settle();
      if (this.#sends !== this.#model.sends)
        return `${name}: it ${this.#sends ? 'sends' : 'is silent'}, against the model`;
    }
    return null;
  }

  get #sends(): boolean {
    return this.#page.world.sounds.running.some(({ track }) => track.enabled);
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)]!;
  }

  #hands() {
    const [world, model, { voice }] = [this.#world, this.#model, this.#page];
    return {
      keyDown: () => (world.press('Space'), model.press('key')),
      keyDownAgain: () => {
        world.press('Space', { repeated: true });
        if (!model.latching) model.press('key');
      },
      keyUp: () => (world.letGo('Space'), model.release('key')),
      typed: () => (world.press('Space', { editable: true }), model.release('key')),
      shortcut: () => world.press('Space', { modified: true }),
      buttonDown: () => (voice.pressTalk(), model.press('pointer')),
      buttonUp: () => (voice.releaseTalk(), model.release('pointer')),
      enterDown: () => (voice.pressTalk('keyboard'), model.press('keyboard')),
      enterUp: () => (voice.releaseTalk('keyboard'), model.release('keyboard')),
      away: () => (world.talk?.away(), model.away()), // the focus lost, the page hidden, the pointer cancelled
    };
  }

  #choices() {
    const { voice } = this.#page;
    const model = this.#model;
    return {
      mute: () => (voice.mute(), model.mute({ muted: true })),
      unmute: () => (voice.unmute(), model.mute({ muted: false })),
      deafen: () => (voice.deafen(), model.mute({ muted: true, deafened: true })),
      undeafen: () => (voice.undeafen(), model.mute({ deafened: false })),
      ruled: () => this.#rule(true),
      ruledNoMore: () => this.#rule(false),
      mode: () => {
        model.drop();
        model.mode = model.mode === 'push_to_talk' ? 'voice_activity' : 'push_to_talk';
        this.#configure({ mode: model.mode });
      },
      latching: () => {
        model.letGo();
        model.latching = !model.latching;
        this.#configure({ latching: model.latching });
      },
      tail: () => {
        model.releaseMs = this.#pick(TAILS_MS);
        this.#configure({ releaseMs: model.releaseMs });
      },
    };
  }

  /** By an administrator, whether one is in the call or not: then it is known on coming in. */
  #rule(muted: boolean): void {
    this.#scene.server.rule('ann', muted);
    this.#ruled = muted;
    if (this.#model.inCall) this.#model.mute({ ruled: muted });
  }

  /** On this device or on another one of the same person. */
  #configure(change: Partial<VoiceSettings>): void {
    if (this.#random() < 0.5) this.#page.voice.configure(change);
    else this.#world.choose(change);
  }

  #devices() {
    const { inputs } = this.#page;
    return {
      unplugged: () => this.#unplug({ refuse: 'NotFoundError' }),
      anotherTakesOver: () => this.#unplug('give'),
      plugged: () => {
        if (inputs.answer === 'give') return;
        inputs.answer = 'give';
        inputs.changeDevices();
        this.#model.plugged = true;
        this.#model.exchangeTrack();
      },
      systemChanges: () => {
        inputs.default = inputs.default === 'headset' ? 'built-in' : 'headset';
        inputs.changeDevices();
        if (this.#live) this.#model.drop();
      },
      processing: () => {
        const { processing } = this.#world.settings;
        const autoGainControl = !processing.autoGainControl;
        this.#configure({ processing: { ...processing, autoGainControl } });
        if (this.#live) this.#model.exchangeTrack();
      },
    };
  }

  get #live(): boolean {
    return this.#model.inCall && this.#model.plugged;
  }

  #unplug(next: 'give' | { readonly refuse: string }): void {
    if (!this.#live) return;
    this.#page.inputs.answer = next;
    this.#page.inputs.tracks.at(-1)!.end();
    this.#model.drop();
    this.#model.voice = false;
    this.#model.plugged = next === 'give';
  }

  #rest() {
    return {
      join: () => this.#join(),
      leave: () => {
        this.#page.voice.disconnect();
        this.#model.drop();
        this.#model.inCall = this.#model.voice = false;
      },
      speaks: () => this.#speak(true),
      isQuiet: () => this.#speak(false),
    };
  }

  #time() {
    return { time: () => this.#scene.clock.advance(this.#pick(PAUSES_MS)) };
  }

  #speak(speaking: boolean): void {
    if (!this.#live) return;
    this.#world.speaking!(speaking);
    this.#model.voice = speaking;
  }

  /** Into a call, or over to another channel in the midst of one, with nothing held. */
  async #join(): Promise<void> {
    void this.#page.voice.join(CHANNELS[this.#channels++ % CHANNELS.length]!);
    await this.#scene.clock.advance(ADMITTED_MS);
    if (this.#model.inCall) this.#model.drop();
    this.#model.inCall = true;
    this.#model.mute({ ruled: this.#ruled });
  }
}
