/** The real RTCPeerConnection behind the engine's port. */
import { START_BITRATE } from '../bit_rate';
import type {
  MediaSample,
  PeerConnection,
  PeerConnectionEvents,
  PeerConnectionFactory,
} from '../peer_connection';
import { readStats } from './stats';

/** Packets come every 20 ms, silence included: after so long without one nobody speaks. */
const STALE_MS = 500;

export const connect: PeerConnectionFactory = (configuration, events) =>
  new BrowserPeerConnection(configuration, events);

/** In-band error correction is on and DTX off as browsers negotiate it by themselves. */
class BrowserPeerConnection implements PeerConnection {
  readonly #pc: RTCPeerConnection;
  #maxBitrate = START_BITRATE;
  /** Of the packet that was played last: its own time, and ours when it was first seen. */
  #heard = { timestamp: 0, at: 0 };

  constructor(configuration: RTCConfiguration, events: PeerConnectionEvents) {
    this.#pc = new RTCPeerConnection(configuration);
    this.#pc.onnegotiationneeded = () => events.negotiationneeded();
    this.#pc.onconnectionstatechange = () => events.connectionstatechange();
    this.#pc.onsignalingstatechange = () => void this.#applyBitrate();
    this.#pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) events.icecandidate(candidate.toJSON());
    };
    this.#pc.onicecandidateerror = ({ url, errorCode }) => events.icecandidateerror(url, errorCode);
    this.#pc.onicegatheringstatechange = () => {
      if (this.#pc.iceGatheringState === 'complete') events.icegatheringcomplete();
    };
    this.#pc.ontrack = ({ track }) => events.track(track);
  }

  get signalingState(): RTCSignalingState {
    return this.#pc.signalingState;
  }

  get connectionState(): RTCPeerConnectionState {
    return this.#pc.connectionState;
  }

  get localDescription(): RTCSessionDescriptionInit | null {
    return this.#pc.localDescription;
  }

  get remoteDescription(): RTCSessionDescriptionInit | null {
    return this.#pc.remoteDescription;
  }

  addTransceiver(kind: 'audio', init: { direction: 'sendrecv' }): RTCRtpTransceiver {
    return this.#pc.addTransceiver(kind, { ...init, sendEncodings: [{ maxBitrate: this.#maxBitrate }] });
  }

  getTransceivers(): RTCRtpTransceiver[] {
    return this.#pc.getTransceivers();
  }

  setLocalDescription(): Promise<void> {
    return this.#pc.setLocalDescription();
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    return this.#pc.setRemoteDescription(description);
  }

  addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    return this.#pc.addIceCandidate(candidate);
  }

  restartIce(): void {
    this.#pc.restartIce();
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.#pc.setConfiguration(configuration);
  }

  async sample(): Promise<MediaSample> {
    return readStats(await this.#pc.getStats());
  }

  limitBitrate(bitsPerSecond: number): void {
    this.#maxBitrate = bitsPerSecond;
    void this.#applyBitrate();
  }

  /** What stopped arriving in the midst of a word keeps its last level for 10 s, at the time it had. */
  audioLevel(): number {
    const source = this.#pc.getReceivers()[0]?.getSynchronizationSources()[0];
    if (!source) return 0;
    const now = performance.now();
    if (source.timestamp !== this.#heard.timestamp) this.#heard = { timestamp: source.timestamp, at: now };
    return now - this.#heard.at > STALE_MS ? 0 : (source.audioLevel ?? 0);
  }

  close(): void {
    this.#pc.close();
  }

  /** The answering side gets its encodings only with the negotiation. */
  async #applyBitrate(): Promise<void> {
    if (this.#pc.signalingState !== 'stable') return;
    for (const sender of this.#pc.getSenders()) {
      const parameters = sender.getParameters();
      const limit = this.#maxBitrate;
      const others = parameters.encodings?.filter((encoding) => encoding.maxBitrate !== limit) ?? [];
      if (others.length === 0) continue;
      for (const encoding of others) encoding.maxBitrate = limit;
      await sender.setParameters(parameters).catch(() => undefined); // a limit not taken costs bandwidth only
    }
  }
}
