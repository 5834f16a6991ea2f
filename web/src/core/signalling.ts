/** The gateway as the voice engine sees it: commands, the dispatches it names, and whether anybody answers. */
import type { Gateway } from './gateway';
import type { Room } from './protocol.generated';

export class GatewaySignalling {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  get live(): boolean {
    return this.#gateway.state === 'live';
  }

  command<R>(t: string, d: unknown): Promise<R> {
    return this.#gateway.command<R>(t, d);
  }

  /** Listens to one kind of dispatch, at once and not with the next frame; the answer stops listening. */
  on(t: string, handler: (d: unknown) => void): () => void {
    return this.#gateway.events.on('dispatch', (dispatch) => {
      if (dispatch.t === t) handler(dispatch.d);
    });
  }

  /** Tells when the gateway is lost (rooms null) and when it is back, with the rooms as they are now. */
  onLive(handler: (live: boolean, rooms: Room[] | null) => void): () => void {
    const stops = [
      this.#gateway.events.on('ready', ({ snapshot }) => handler(true, snapshot.rooms)),
      this.#gateway.events.on('resumed', ({ rooms }) => handler(true, rooms)),
      this.#gateway.events.on('state', ({ previous }) => {
        if (previous === 'live') handler(false, null);
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  probe(timeoutMs: number): Promise<boolean> {
    return this.#gateway.probe(timeoutMs);
  }

  reopen(): void {
    this.#gateway.reopen();
  }

  hurry(): void {
    if (!this.live) this.#gateway.nudge();
  }
}
