/** The check of one's connection, on a real page. */
import type { CheckPorts, Source } from '../check/ports';
import type { AudioTrack } from '../peer_connection';
import { createSink } from './audio_sink';
import { mediaInputs } from './media';
import { connect } from './peer_connection';
import { listen } from './track_level';

export function checkPorts(given: Pick<CheckPorts, 'clock' | 'signalling'>): CheckPorts {
  const canCall = 'RTCPeerConnection' in window;
  return { ...given, connect: canCall ? connect : null, inputs: mediaInputs, createSink, silence, listen };
}

/** Something must flow into the track, or no packet leaves: so it is a constant that is nothing. */
function silence(): Source {
  const context = new AudioContext();
  const nothing = new ConstantSourceNode(context, { offset: 0 });
  const end = context.createMediaStreamDestination();
  nothing.connect(end);
  nothing.start();
  const [track] = end.stream.getAudioTracks();
  return {
    track: track as AudioTrack,
    stop() {
      track?.stop();
      void context.close();
    },
  };
}
