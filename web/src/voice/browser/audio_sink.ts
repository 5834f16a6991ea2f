/** The audio element that plays one peer. Sound from WebAudio escapes echo cancellation, so only who is boosted goes through it. */
import type { AudioTrack } from '../peer_connection';
import type { AudioSink } from '../playback';
import { boost, type Boost } from './boost';

export function createSink(track: AudioTrack): AudioSink {
  return new ElementSink(new MediaStream([track as MediaStreamTrack]));
}

class ElementSink implements AudioSink {
  readonly #source: MediaStream;
  /** What is heard comes out of this one alone: so device, mute and refusals are the same with a boost and without. */
  readonly #element: HTMLAudioElement;
  /** Chrome pulls no sound out of a remote track that is in no element: a silent one holds it while another plays the boost. */
  #holder: HTMLAudioElement | null = null;
  #boost: Boost | null = null;
  #volume = 1;
  readonly setSinkId?: (deviceId: string) => Promise<void>;

  constructor(source: MediaStream) {
    this.#source = source;
    this.#element = elementFor(source);
    if ('setSinkId' in this.#element) this.setSinkId = (deviceId) => this.#element.setSinkId(deviceId);
  }

  get muted(): boolean {
    return this.#element.muted;
  }

  set muted(muted: boolean) {
    this.#element.muted = muted;
  }

  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = volume;
    this.#element.volume = Math.min(1, volume);
    if (volume <= 1) this.#drop();
    else if (!this.#boost) this.#raise();
    else this.#boost.gain = volume;
    this.#boost?.resume();
  }

  async play(): Promise<void> {
    this.#boost?.resume();
    await this.#element.play();
  }

  close(): void {
    this.#drop();
    remove(this.#element);
  }

  /** Until the boost runs, one is heard as loud as without it. */
  #raise(): void {
    try {
      const raised = boost(this.#source, () => this.#switchTo(raised.stream));
      raised.gain = this.#volume;
      this.#boost = raised;
    } catch {
      // no audio context to be had: as loud as it was sent
    }
  }

  #drop(): void {
    if (!this.#boost) return;
    this.#boost.close();
    this.#boost = null;
    this.#switchTo(this.#source);
  }

  #switchTo(stream: MediaStream): void {
    if (this.#element.srcObject === stream) return;
    if (stream === this.#source) {
      if (this.#holder) remove(this.#holder);
      this.#holder = null;
    } else {
      this.#holder ??= elementFor(this.#source);
      this.#holder.muted = true;
    }
    const playing = !this.#element.paused;
    this.#element.srcObject = stream;
    if (playing) void this.#element.play().catch(() => undefined);
  }
}

function elementFor(stream: MediaStream): HTMLAudioElement {
  const element = document.createElement('audio');
  element.autoplay = true;
  element.setAttribute('playsinline', '');
  element.srcObject = stream;
  element.hidden = true;
  document.body.append(element);
  return element;
}

function remove(element: HTMLAudioElement): void {
  element.pause();
  element.srcObject = null;
  element.remove();
}
