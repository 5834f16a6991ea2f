/** How loud a track is right now, by an analyser that is asked when somebody looks. */
import type { Listener } from '../check/ports';
import type { AudioTrack } from '../peer_connection';

const SILENCE_DBFS = -100;

/** Throws where the browser makes no AudioContext. The track is not stopped with it. */
export function listen(track: AudioTrack): Listener {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1_024 });
  context.createMediaStreamSource(new MediaStream([track as MediaStreamTrack])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      return power === 0 ? SILENCE_DBFS : Math.max(SILENCE_DBFS, 10 * Math.log10(power));
    },
    stop() {
      void context.close();
    },
  };
}
