/** What a check needs of the page it runs on. */
import type { Clock } from '../clock';
import type { MediaInputs } from '../microphone';
import type { AudioTrack, PeerConnectionEvents, PeerConnectionFactory } from '../peer_connection';
import type { AudioSinkFactory } from '../playback';
import type { Signalling } from '../signalling';

/** A track that sounds, or is silent, until it is stopped. */
export interface Source {
  readonly track: AudioTrack;
  stop(): void;
}

export interface Listener {
  /** The present level in dBFS, −100 for silence. */
  level(): number;
  stop(): void;
}

export interface CheckPorts {
  readonly clock: Clock;
  readonly signalling: Pick<Signalling, 'command' | 'live'>;
  /** Null where the browser cannot make calls at all. */
  readonly connect: PeerConnectionFactory | null;
  readonly inputs: MediaInputs;
  readonly createSink: AudioSinkFactory;
  /** A track of silence, so that packets flow without a microphone. */
  silence(): Source;
  listen(track: AudioTrack): Listener;
}

const ignored = () => undefined;
/** Events of a connection nobody listens to. */
export const QUIET: PeerConnectionEvents = {
  negotiationneeded: ignored,
  icecandidate: ignored,
  icecandidateerror: ignored,
  icegatheringcomplete: ignored,
  connectionstatechange: ignored,
  track: ignored,
};

export class Stopped extends Error {
  constructor() {
    super('the check was stopped');
  }
}

/** Waits; rejects with `Stopped` once nobody wants to know any more. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(new Stopped());
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(new Stopped());
    };
    const cancel = clock.after(milliseconds, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}
