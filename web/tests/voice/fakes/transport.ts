/** The ICE and DTLS half of a fake connection: what it knows of the other end, and whether the path stands. */
import type { FakeClock } from './clock';
import type { Wire } from './network';
import { kindOfCandidate, ufragOfCandidate } from './session_description';

const DISCONNECTED_MS = 5_000;
const FAILED_MS = 15_000;

let sessions = 0;

export class FakeTransport {
  readonly session = `${++sessions}`;
  readonly counters = {
    at: 0,
    flows: false,
    from: '',
    up: false,
    reported: false,
    soundMs: 0,
    upMs: 0,
    reportedMs: 0,
  };
  readonly #known = new Set<string>();
  readonly #clock: FakeClock;
  readonly #stateChanged: () => void;
  #cancelTimers = () => {};
  wire: Wire | null = null;
  /** The other end of the DTLS association, once there is one; it cannot change. */
  agreedWith: string | null = null;
  localUfrag = '';
  /** Our offer that waits for its answer. */
  offering: { readonly since: number; readonly restart: boolean } | null = null;
  remote: { readonly ufrag: string; readonly session: string } | null = null;
  relayOnly = false;
  sending = false;
  state: RTCPeerConnectionState = 'new';

  constructor(
    clock: FakeClock,
    readonly host: string,
    stateChanged: () => void,
  ) {
    this.#clock = clock;
    this.#stateChanged = stateChanged;
    this.counters.at = clock.now();
  }

  learn(candidate: string): void {
    this.#known.add(`${ufragOfCandidate(candidate)} ${kindOfCandidate(candidate)}`);
  }

  /** Whether a candidate of that kind of the other end is known. */
  knows(kind: 'host' | 'relay'): boolean {
    return this.remote !== null && this.#known.has(`${this.remote.ufrag} ${kind}`);
  }

  trusts(session: string): boolean {
    return this.agreedWith === null || this.agreedWith === session;
  }

  /** Told after every change in the network whether the wire carries. */
  pathIs(up: boolean): void {
    if (this.state === 'closed') return;
    if (up) {
      this.#cancelTimers();
      this.#cancelTimers = () => {};
      this.#become('connected');
    } else if (this.state === 'connected') {
      this.#cancelTimers();
      const timers = [
        this.#clock.after(DISCONNECTED_MS, () => this.#become('disconnected')),
        this.#clock.after(FAILED_MS, () => this.#become('failed')),
      ];
      this.#cancelTimers = () => timers.forEach((cancel) => cancel());
    }
  }

  begin(): void {
    if (this.state === 'new') this.#become('connecting');
  }

  close(): void {
    this.#cancelTimers();
    this.state = 'closed';
  }

  #become(state: RTCPeerConnectionState): void {
    if (this.state === state || this.state === 'closed') return;
    this.state = state;
    this.#stateChanged();
  }
}
