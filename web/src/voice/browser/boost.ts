/** Makes a stream louder than it was sent, by WebAudio: what comes out is a stream again, for an audio element to play. */

export interface Boost {
  readonly stream: MediaStream;
  /** Above 1 is louder. */
  gain: number;
  /** To be called from a gesture, where the browser wants one before it lets a context run. */
  resume(): void;
  close(): void;
}

/** `ready` is called when the audio context runs: until then there is nothing in the stream. */
export function boost(source: MediaStream, ready: () => void): Boost {
  const context = new AudioContext();
  const amplifier = new GainNode(context);
  const end = context.createMediaStreamDestination();
  context.createMediaStreamSource(source).connect(amplifier).connect(end);
  context.onstatechange = () => {
    if (context.state === 'running') ready();
  };
  return {
    stream: end.stream,
    get gain() {
      return amplifier.gain.value;
    },
    set gain(gain) {
      amplifier.gain.value = gain;
    },
    resume() {
      if (context.state === 'suspended') void context.resume().catch(() => undefined); // not an interrupted one (iOS)
    },
    close() {
      context.onstatechange = null;
      void context.close();
    },
  };
}
