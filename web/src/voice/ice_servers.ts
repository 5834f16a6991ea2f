/** The ICE servers of a call: given by the server, refetched before they expire, never known to the client itself. */
import type { Clock } from './clock';
import type { IceServersReply, IceServer, IceTransportPolicy } from './wire';

/** They are refetched after this part of their life. */
const REFETCH_AT = 0.6;
/** A refetch that failed is tried again after this part of their life, and after so long at the latest. */
const RETRY_AT = 0.1;
const RETRY_MS = 30_000;
/** However little life is left, nobody is asked again sooner. */
const SOONEST_MS = 5_000;
/** The longest wait a browser's timer can hold; a longer one would be over at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;
/** A restart with less life left than this asks for fresh ones first. */
const SHORT_LIFE_MS = 600_000;

const URL_FORM = /^(stuns?|turns?):\S+$/i;
const RELAY_FORM = /^turns?:/i;
/** A relay that is reached without UDP (RFC 7065). */
const RELAY_OVER_TCP_FORM = /^turns:|^turn:.*[?&]transport=tcp\b/i;

export interface RelayChoice {
  /** The person lets nobody learn their address: no way but through a relay. */
  relayOnly(): boolean;
}

export interface IceServersPorts extends RelayChoice {
  readonly clock: Clock;
  /** Asks the server; rejects when it cannot be asked. */
  ask(): Promise<IceServersReply>;
  /** There are new ones: time to give them to the connections. */
  renewed(): void;
  /** Those before will expire soon: who depends on them to stay alive must move to the new ones. */
  outlived(): void;
  note(event: string, details?: Record<string, unknown>): void;
}

export class IceServers {
  readonly #ports: IceServersPorts;
  #servers: RTCIceServer[];
  #policy: IceTransportPolicy = 'all';
  #expiresAt: number | null = null;
  #lifeMs = Infinity;
  #cancelRefetch: () => void = () => undefined;
  #refetchAt = Infinity;
  #asking: Promise<boolean> | null = null;
  #closed = false;

  /** `iceServers` are those to begin with; the reply to a join replaces them. */
  constructor(ports: IceServersPorts, iceServers: readonly RTCIceServer[]) {
    this.#ports = ports;
    this.#servers = [...iceServers];
  }

  get servers(): readonly RTCIceServer[] {
    return this.#servers;
  }

  get policy(): IceTransportPolicy {
    return this.hidden ? 'relay' : this.#policy;
  }

  /** Whether this person goes through relays only by their own choice. */
  get hidden(): boolean {
    return this.#ports.relayOnly();
  }

  /** Whether there is any relay among them. */
  get relayConfigured(): boolean {
    return hasRelay(this.#servers);
  }

  /** Whether one of the relays is reached by TCP or TLS. */
  get relayOverTcp(): boolean {
    return hasUrl(this.#servers, RELAY_OVER_TCP_FORM);
  }

  get shortLived(): boolean {
    return this.#expiresAt !== null && this.#expiresAt - this.#ports.clock.now() < SHORT_LIFE_MS;
  }

  configuration(relayOnly: boolean): RTCConfiguration {
    const relay = this.policy === 'relay' || (relayOnly && this.relayConfigured);
    return {
      iceServers: this.#servers,
      iceTransportPolicy: relay ? 'relay' : 'all',
      bundlePolicy: 'max-bundle',
    };
  }

  /** Takes what the server has given; their life counts from now, by our clock's running only. */
  take(reply: IceServersReply): void {
    this.#servers = usable(reply.ice_servers);
    this.#policy = reply.ice_transport_policy;
    const life = reply.expires_in_seconds === null ? null : reply.expires_in_seconds * 1000;
    this.#expiresAt = life === null ? null : this.#ports.clock.now() + life;
    this.#lifeMs = life ?? Infinity;
    if (life !== null) this.#refetchAfter(life * REFETCH_AT);
  }

  /** Asks for fresh ones; answers whether they came. Those who ask at the same time share one request. */
  refresh(): Promise<boolean> {
    this.#asking ??= this.#refresh().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  close(): void {
    this.#closed = true;
    this.#cancelRefetch();
  }

  async #refresh(): Promise<boolean> {
    try {
      const reply = await this.#ports.ask();
      if (this.#closed) return false;
      this.take(reply);
      this.#ports.renewed();
      return true;
    } catch (error) {
      this.#ports.note('ice servers not renewed', { error: String(error) });
      return false;
    }
  }

  async #refetch(): Promise<void> {
    const renewed = await this.refresh();
    if (this.#closed) return;
    if (renewed) this.#ports.outlived();
    else this.#refetchAfter(Math.min(this.#lifeMs * RETRY_AT, RETRY_MS));
  }

  #refetchAfter(milliseconds: number): void {
    const wait = Math.min(Math.max(milliseconds, SOONEST_MS), LONGEST_WAIT_MS);
    const at = this.#ports.clock.now() + wait;
    if (at >= this.#refetchAt) return; // some connection may still depend on older ones
    this.#cancelRefetch();
    this.#refetchAt = at;
    this.#cancelRefetch = this.#ports.clock.after(wait, () => {
      this.#refetchAt = Infinity;
      void this.#refetch();
    });
  }
}

/** Without what would make RTCPeerConnection throw: one bad line of an operator must not end every call. */
export function usable(servers: readonly IceServer[]): RTCIceServer[] {
  return servers.flatMap((server) => {
    const complete = server.username !== undefined && server.credential !== undefined;
    const urls = server.urls.filter((url) => URL_FORM.test(url) && (complete || !RELAY_FORM.test(url)));
    return urls.length > 0 ? [{ ...server, urls }] : [];
  });
}

/** Whether any of them is a relay. */
export function hasRelay(servers: readonly Pick<RTCIceServer, 'urls'>[]): boolean {
  return hasUrl(servers, RELAY_FORM);
}

function hasUrl(servers: readonly Pick<RTCIceServer, 'urls'>[], form: RegExp): boolean {
  return servers.some(({ urls }) => [urls].flat().some((url) => form.test(url)));
}

/** A relay on another host than the instance may end an allocation when its credentials expire. */
export function isForeignRelay(url: string, instanceHost: string): boolean {
  return /^turns?:(\[[^\]]*\]|[^:?]+)/i.exec(url)?.[1]?.toLowerCase() !== instanceHost.toLowerCase();
}
