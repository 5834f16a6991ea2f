/** The histories of the channels looked at lately: kept in step by live messages, so that going back is instant. */
import type { Api, HistoryPage } from './api';
import { History } from './history';
import type { Message } from './protocol.generated';

const KEEP_CHANNELS = 10;

export interface HistoriesPorts {
  api: Pick<Api, 'history'>;
  /** A page has come, with the authors of its messages. */
  arrived(page: HistoryPage): void;
  changed(): void;
}

export class Histories {
  readonly #ports: HistoriesPorts;
  /** The last one opened is the last in order. */
  #byChannel = new Map<string, History>();

  constructor(ports: HistoriesPorts) {
    this.#ports = ports;
  }

  find(channelId: string): History | undefined {
    return this.#byChannel.get(channelId);
  }

  /** The history of a channel somebody looks at; loads it when it is new, around a seq where one is given. */
  open(channelId: string, around?: number): History {
    const history = this.#byChannel.get(channelId) ?? this.#make(channelId);
    this.#byChannel.delete(channelId);
    this.#byChannel.set(channelId, history);
    for (const oldest of [...this.#byChannel.keys()].slice(0, -KEEP_CHANNELS)) this.#byChannel.delete(oldest);
    void history.open(around);
    return history;
  }

  receive(message: Message): void {
    this.find(message.channel_id)?.receive(message);
  }

  drop(channelId: string): void {
    this.#byChannel.delete(channelId);
  }

  /** A fresh start: what is loaded may be history that never was. Only the channel on the screen is loaded again. */
  restart(openChannelId: string | null): void {
    const shown = openChannelId === null ? undefined : this.find(openChannelId);
    this.#byChannel = new Map(openChannelId !== null && shown ? [[openChannelId, shown]] : []);
    void shown?.restart();
  }

  clear(): void {
    this.#byChannel.clear();
  }

  #make(channelId: string): History {
    return new History(
      async (bound, limit) => {
        const page = await this.#ports.api.history(channelId, bound, limit);
        this.#ports.arrived(page);
        return page;
      },
      () => this.#ports.changed(),
    );
  }
}
