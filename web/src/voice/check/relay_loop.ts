/** A call of this page with itself, through a relay and nothing else: two connections, and what comes through. */
import type { Clock } from '../clock';
import { RelayEvidence } from '../evidence';
import type {
  AudioTrack,
  MediaSample,
  PeerConnection,
  PeerConnectionEvents,
  Transceiver,
} from '../peer_connection';
import type { RelayFinding } from './findings';
import { pause, QUIET, type CheckPorts } from './ports';

const PATIENCE_MS = 9_500;
const LOOK_EVERY_MS = 100;
const COUNT_MS = 2_000;
/** Allocation quota reached, and insufficient capacity (RFC 8656, 15). */
const FULL_CODES: ReadonlySet<number> = new Set([486, 508]);

/** What the speaking end has told so far. */
interface Told {
  readonly evidence: RelayEvidence;
  readonly startedAt: number;
  candidates: number;
  full: boolean;
}

export class RelayLoop {
  readonly #clock: Clock;
  readonly #told: Told;
  readonly #speaker: PeerConnection;
  readonly #listener: PeerConnection;
  readonly #transceiver: Transceiver;
  readonly #agreed: Promise<void>;
  #agree: () => void = () => undefined;
  #arriving: AudioTrack | null = null;

  constructor(
    { clock, connect }: Pick<CheckPorts, 'clock' | 'connect'>,
    servers: readonly RTCIceServer[],
    track: AudioTrack,
  ) {
    this.#clock = clock;
    const now = clock.now();
    this.#told = { evidence: new RelayEvidence(now), startedAt: now, candidates: 0, full: false };
    this.#agreed = new Promise((resolve) => (this.#agree = resolve));
    const configuration: RTCConfiguration = { iceServers: [...servers], iceTransportPolicy: 'relay' };
    this.#speaker = connect!(configuration, this.#eventsOfSpeaker());
    this.#listener = connect!(configuration, this.#eventsOfListener());
    this.#transceiver = this.#speaker.addTransceiver('audio', { direction: 'sendrecv' });
    void this.#transceiver.sender.replaceTrack(track);
  }

  /** What arrives at the other end; null before there is anything. */
  get arriving(): AudioTrack | null {
    return this.#arriving;
  }

  /** How loud that is right now, 0 to 1; it must be played for that. */
  level(): number {
    return this.#listener.audioLevel();
  }

  /** Sends this instead. */
  send(track: AudioTrack): Promise<void> {
    return this.#transceiver.sender.replaceTrack(track);
  }

  /** Connects, counts packets for two seconds and says what came of it. */
  async try(signal: AbortSignal): Promise<RelayFinding> {
    await this.#exchangeDescriptions();
    while (!this.#connected) {
      const outcome = this.#failure();
      if (outcome) return this.#nothing(outcome);
      await pause(this.#clock, LOOK_EVERY_MS, signal);
    }
    const before = await this.#listener.sample();
    await pause(this.#clock, COUNT_MS, signal);
    return findingOf(before, await this.#listener.sample(), this.#told.candidates);
  }

  close(): void {
    this.#speaker.close();
    this.#listener.close();
  }

  get #connected(): boolean {
    return [this.#speaker, this.#listener].every(({ connectionState }) => connectionState === 'connected');
  }

  async #exchangeDescriptions(): Promise<void> {
    await this.#speaker.setLocalDescription();
    await this.#listener.setRemoteDescription(this.#speaker.localDescription!);
    await this.#listener.setLocalDescription();
    await this.#speaker.setRemoteDescription(this.#listener.localDescription!);
    this.#agree();
  }

  #failure(): RelayFinding['outcome'] | null {
    const { evidence, candidates, full, startedAt } = this.#told;
    const now = this.#clock.now();
    if (candidates === 0 && full) return 'full';
    if (evidence.relayRefused(now)) return 'refused';
    if (evidence.relaySilent(now)) return 'unreachable';
    const late = this.#speaker.connectionState === 'failed' || now - startedAt >= PATIENCE_MS;
    return late ? 'mute' : null;
  }

  #nothing(outcome: RelayFinding['outcome']): RelayFinding {
    return { outcome, candidates: this.#told.candidates, received: 0, lost: 0, roundTripMs: null };
  }

  #eventsOfSpeaker(): PeerConnectionEvents {
    return {
      ...QUIET,
      icecandidate: (candidate) => {
        this.#told.candidates += 1;
        this.#told.evidence.candidate(candidate.candidate ?? '');
        this.#pass(candidate, () => this.#listener);
      },
      icecandidateerror: (url, errorCode) => {
        this.#told.full ||= FULL_CODES.has(errorCode);
        this.#told.evidence.error(url, errorCode, this.#clock.now());
      },
      icegatheringcomplete: () => this.#told.evidence.complete(),
    };
  }

  #eventsOfListener(): PeerConnectionEvents {
    return {
      ...QUIET,
      icecandidate: (candidate) => this.#pass(candidate, () => this.#speaker),
      track: (track) => (this.#arriving = track),
    };
  }

  /** Candidates wait until both descriptions are set. */
  #pass(candidate: RTCIceCandidateInit, to: () => PeerConnection): void {
    void this.#agreed.then(() => to().addIceCandidate(candidate)).catch(() => undefined); // one that does not fit is no loss
  }
}

function findingOf(before: MediaSample, after: MediaSample, candidates: number): RelayFinding {
  const received = after.packetsReceived - before.packetsReceived;
  return {
    outcome: received > 0 ? 'works' : 'mute',
    candidates,
    received,
    lost: Math.max(0, after.packetsLost - before.packetsLost),
    roundTripMs: after.roundTripMs,
  };
}
