/** What must hold of descriptions and connections at every moment of a schedule, seen from the network and the server. */
import type { Stage } from './cast';
import type { Page } from './page';
import { readDescription } from './session_description';
import type { FakeTransport } from './transport';

/** Offers are repeated every 5 s while they wait. */
const REPEATED_MS = 6_000;

export class WireInvariants {
  readonly #stage: Stage;
  /** Of the connections that have described themselves: their generation, and when their offer was last sent. */
  readonly #generations = new Map<string, number>();
  readonly #sentAt = new Map<string, number>();
  readonly #workingSince = new Map<string, number>();

  constructor(stage: Stage) {
    this.#stage = stage;
    stage.server.watching.signal = (signal) => this.#heard(signal);
  }

  /** What is broken now, in words, or null. */
  look(pages: readonly Page[]): string | null {
    const { network } = this.#stage;
    if (network.faults.length > 0) return network.faults.join();
    this.#rememberWorking(pages);
    for (const connection of network.connections) {
      const broken =
        this.#unrepeated(connection) ?? this.#mismatched(connection) ?? this.#glaring(connection);
      if (broken) return `${connection.host}: ${broken}`;
    }
    return null;
  }

  #heard(signal: Record<string, unknown>): void {
    if (signal['kind'] !== 'description') return;
    const { type, sdp } = signal['data'] as { type: string; sdp: string };
    const { session } = readDescription(sdp);
    this.#generations.set(session, signal['generation'] as number);
    if (type === 'offer') this.#sentAt.set(session, this.#stage.clock.now());
  }

  #rememberWorking(pages: readonly Page[]): void {
    const now = this.#stage.clock.now();
    for (const { host, gateway } of pages) {
      if (!gateway.awake) this.#workingSince.delete(host);
      else if (!this.#workingSince.has(host)) this.#workingSince.set(host, now);
    }
  }

  #unrepeated({ host, session, offering }: FakeTransport): string | null {
    const working = this.#workingSince.get(host);
    if (!offering || working === undefined) return null;
    const since = Math.max(offering.since, working, this.#sentAt.get(session) ?? 0);
    const waited = this.#stage.clock.now() - since;
    return waited > REPEATED_MS ? 'an offer waits and was not sent again' : null;
  }

  #mismatched({ session, remote }: FakeTransport): string | null {
    const ours = this.#generations.get(session);
    const theirs = this.#generations.get(remote?.session ?? '');
    if (ours === undefined || theirs === undefined || ours === theirs) return null;
    return `a connection of generation ${ours} took a description of generation ${theirs}`;
  }

  /** One side leads; the other asks it to. */
  #glaring({ session, offering, agreedWith }: FakeTransport): string | null {
    if (!offering?.restart || agreedWith === null) return null;
    const other = [...this.#stage.network.connections].find((one) => one.session === agreedWith);
    const both = other?.agreedWith === session && other.offering?.restart;
    return both ? 'both ends of a link restart it at once' : null;
  }
}
