/** The part of RTCPeerConnection the engine uses, in the standard's own words, so that a fake can stand in for it. */

/** A MediaStreamTrack, as far as the engine handles it. */
export interface AudioTrack {
  readonly id: string;
  enabled: boolean;
  stop(): void;
  addEventListener(type: 'ended', listener: () => void): void;
}

export interface Transceiver {
  direction: RTCRtpTransceiverDirection;
  readonly sender: { replaceTrack(track: AudioTrack | null): Promise<void> };
}

/** What getStats says of a connection at one moment; counters count from the start of the connection. */
export interface MediaSample {
  readonly packetsReceived: number;
  readonly packetsLost: number;
  /** Came too late, or too early, to be played. */
  readonly packetsDiscarded: number;
  readonly packetsSent: number;
  readonly bytesReceived: number;
  readonly jitterMs: number | null;
  /** Seconds that samples waited in the jitter buffer, all added up, and how many of them have left it. */
  readonly jitterBufferDelay: number;
  readonly jitterBufferEmittedCount: number;
  readonly localCandidate: RTCIceCandidateType | null;
  readonly remoteCandidate: RTCIceCandidateType | null;
  /** How we reach the relay in use on our side, if any. */
  readonly relayProtocol: 'udp' | 'tcp' | 'tls' | null;
  /** A value that changes with each RTCP report the peer sends on what it receives of us; null before the first. */
  readonly lastReport: number | null;
  /** Which part of our packets it says it has lost since the report before, 0 to 1. */
  readonly fractionLost: number;
  /** ICE consent answers on the selected pair. */
  readonly consentResponses: number;
  readonly roundTripMs: number | null;
  readonly path: 'direct' | 'relay' | null;
  /** The address of the relay in use on our side, if any. */
  readonly relayUrl: string | null;
}

export interface PeerConnectionEvents {
  negotiationneeded(): void;
  icecandidate(candidate: RTCIceCandidateInit): void;
  icecandidateerror(url: string, errorCode: number): void;
  icegatheringcomplete(): void;
  connectionstatechange(): void;
  track(track: AudioTrack): void;
}

export interface PeerConnection {
  readonly signalingState: RTCSignalingState;
  readonly connectionState: RTCPeerConnectionState;
  readonly localDescription: RTCSessionDescriptionInit | null;
  readonly remoteDescription: RTCSessionDescriptionInit | null;
  addTransceiver(kind: 'audio', init: { direction: 'sendrecv' }): Transceiver;
  getTransceivers(): Transceiver[];
  setLocalDescription(): Promise<void>;
  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void>;
  addIceCandidate(candidate: RTCIceCandidateInit): Promise<void>;
  restartIce(): void;
  setConfiguration(configuration: RTCConfiguration): void;
  sample(): Promise<MediaSample>;
  /** How many bits a second of sound may be sent, from now on. */
  limitBitrate(bitsPerSecond: number): void;
  /** How loud the peer is being played right now, 0 to 1. */
  audioLevel(): number;
  close(): void;
}

export type PeerConnectionFactory = (
  configuration: RTCConfiguration,
  events: PeerConnectionEvents,
) => PeerConnection;
