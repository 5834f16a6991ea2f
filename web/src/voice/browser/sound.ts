/** The microphone's sound in an AudioContext: RNNoise, volume, the meter, and the delay behind it. */
import { copyToMeasure } from '../gate';
import type { AudioTrack } from '../peer_connection';
import {
  isSameTreatment,
  UNTREATED,
  type Loudest,
  type Sound,
  type SoundEvents,
  type SoundFactory,
  type SoundRequest,
} from '../sound';
import type { LevelMessage } from './level_processor';
import levelProcessorUrl from './level_processor.ts?worker&url';
import { createSuppressor } from './rnnoise';

/** The rate of RNNoise and of Opus. */
const RATE = 48_000;
/** So many seconds without a sound are no pause in speaking. */
const SECONDS = 6;
/** A step would be heard as a click. */
const VOLUME_GLIDE_SECONDS = 0.015;
/** A context that stands still for longer is given up. */
const STANDSTILL_MS = 2_000;
const MONO = { channelCount: 1, channelCountMode: 'explicit' } as const;

export const createSound: SoundFactory = (request, events) => new BrowserSound(request, events);

class BrowserSound implements Sound {
  readonly ready: Promise<void> | null;
  readonly #request: SoundRequest;
  readonly #events: SoundEvents;
  readonly #plain: boolean;
  readonly #stop = new AbortController();
  #thresholdDbfs: number;
  #volume: number;
  #seconds: Loudest[] = [];
  #resting = false;
  /** Sounds whether the gate lets what is sent through or not. */
  #copy: MediaStreamTrack | null = null;
  #context: AudioContext | null = null;
  #gain: GainNode | null = null;
  #meter: AudioWorkletNode | null = null;
  #sent: MediaStreamAudioDestinationNode | null = null;

  constructor(request: SoundRequest, events: SoundEvents) {
    this.#request = request;
    this.#events = events;
    this.#plain = isSameTreatment(request.treatment, UNTREATED);
    this.#thresholdDbfs = request.thresholdDbfs;
    this.#volume = request.treatment.volume;
    const started = this.#start();
    this.ready = this.#plain ? null : started;
    started.catch(() => this.#plain && this.stop()); // without a level there is push to talk still
  }

  get track(): AudioTrack {
    return this.#sent?.stream.getAudioTracks()[0] ?? this.#request.microphone;
  }

  setVolume(percent: number): void {
    this.#volume = percent;
    if (!this.#context) return;
    this.#gain?.gain.setTargetAtTime(percent / 100, this.#context.currentTime, VOLUME_GLIDE_SECONDS);
  }

  setThreshold(dbfs: number): void {
    this.#thresholdDbfs = dbfs;
    this.#meter?.port.postMessage(dbfs);
  }

  loudest(): Loudest | null {
    if (this.#seconds.length < SECONDS) return null;
    return {
      microphoneDbfs: Math.max(...this.#seconds.map((one) => one.microphoneDbfs)),
      treatedDbfs: Math.max(...this.#seconds.map((one) => one.treatedDbfs)),
    };
  }

  rest(resting: boolean): void {
    const context = this.#context;
    if (!this.#plain || !context || this.#stop.signal.aborted || resting === this.#resting) return;
    this.#resting = resting;
    void (resting ? context.suspend() : context.resume()).catch(() => undefined);
  }

  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#copy?.stop();
    if (this.#meter) this.#meter.port.onmessage = null;
    if (this.#sent) for (const track of this.#sent.stream.getTracks()) track.stop();
    void this.#context?.close();
  }

  /** Resolves when sound has come through. Where it is only listened to the rate is the browser's own: some mix no others. */
  async #start(): Promise<void> {
    const context = new AudioContext(this.#plain ? {} : { sampleRate: RATE });
    this.#context = context;
    this.#watch(context);
    const copy = copyToMeasure(this.#request.microphone as MediaStreamTrack);
    this.#copy = copy;
    await context.audioWorklet.addModule(levelProcessorUrl);
    const source = context.createMediaStreamSource(new MediaStream([copy]));
    const clean = this.#request.treatment.suppress ? await this.#suppress(context, source) : source;
    const gain = new GainNode(context, { ...MONO, gain: this.#volume / 100 });
    clean.connect(gain);
    this.#gain = gain;
    if (!this.#plain) this.#send(context, gain);
    await Promise.all([this.#measure(context, source, gain), context.resume()]);
  }

  async #suppress(context: AudioContext, source: AudioNode): Promise<AudioNode> {
    const suppressor = await createSuppressor(context);
    suppressor.onprocessorerror = () => this.#events.failed();
    return source.connect(suppressor);
  }

  #send(context: AudioContext, gain: GainNode): void {
    const delayTime = this.#request.treatment.lookAheadMs / 1_000;
    const last = delayTime > 0 ? gain.connect(new DelayNode(context, { maxDelayTime: 1, delayTime })) : gain;
    this.#sent = new MediaStreamAudioDestinationNode(context, MONO);
    last.connect(this.#sent);
  }

  /** Listens before the delay, to the treated sound and to the microphone's own. Resolves with the first of it. */
  #measure(context: AudioContext, source: AudioNode, gain: GainNode): Promise<void> {
    const { speaking } = this.#request;
    const meter = new AudioWorkletNode(context, 'level-meter', {
      ...MONO,
      numberOfInputs: 2,
      numberOfOutputs: 0,
      processorOptions: { thresholdDbfs: this.#thresholdDbfs, speaking },
    });
    this.#meter = meter;
    return new Promise((resolve, reject) => {
      meter.onprocessorerror = () => reject(new Error('the meter has failed'));
      meter.port.onmessage = ({ data }: MessageEvent<LevelMessage>) => {
        if (data === 'sounds') resolve();
        else if (typeof data === 'boolean') this.#events.heard(data);
        else this.#measured(data);
      };
      gain.connect(meter, 0, 0);
      source.connect(meter, 0, 1);
    });
  }

  #measured(second: Loudest): void {
    this.#seconds = [...this.#seconds, second].slice(-SECONDS);
    this.#events.measured(second);
  }

  /** An interrupted context (a phone call on iOS) goes on by itself; a suspended one is told to, and given up if it does not. */
  #watch(context: AudioContext): void {
    const { signal } = this.#stop;
    const wake = (): void => {
      if (context.state !== 'suspended' || this.#resting) return;
      context.resume().catch(() => undefined);
      setTimeout(() => {
        if (context.state === 'suspended' && !signal.aborted && !this.#resting) this.#events.failed();
      }, STANDSTILL_MS);
    };
    context.addEventListener('statechange', wake, { signal });
    document.addEventListener('visibilitychange', wake, { signal });
  }
}
