/** What stands unsent in the composer of each channel: kept for its author until it is sent, wherever the page goes meanwhile. */
import { Emitter } from './emitter';
import type { Tabs } from './tabs';
import type { UnsentStore } from './unsent_store';

export interface DraftsEvents {
  /** A draft is another one than was typed here: loaded, changed in another tab, or put back to be gone on with. */
  replaced: { channelId: string; putBack: boolean };
}

export interface DraftsPorts {
  store: UnsentStore;
  tabs: Tabs;
  /** Channels have a draft now, or have none any more. */
  changed(): void;
}

export class Drafts {
  readonly events = new Emitter<DraftsEvents>();
  readonly #ports: DraftsPorts;
  #userId: string | null = null;
  #texts = new Map<string, string>();
  /** By channel: the newest text that is being written. */
  readonly #unwritten = new Map<string, string>();

  constructor(ports: DraftsPorts) {
    this.#ports = ports;
    ports.tabs.listen('drafts', () => void this.#read());
  }

  get size(): number {
    return this.#texts.size;
  }

  /** The draft of a channel; empty when there is none. */
  get(channelId: string): string {
    return this.#texts.get(channelId) ?? '';
  }

  /** Somebody has typed. A text of nothing but blanks is no draft, and removes the one there was. */
  set(channelId: string, typed: string): void {
    const text = typed.trim() === '' ? '' : typed;
    this.#take(channelId, text);
    void this.#write(channelId, text);
  }

  /** Puts a text into a composer, after what stands there already. */
  putBack(channelId: string, text: string): void {
    const standing = this.get(channelId);
    this.set(channelId, standing === '' ? text : `${standing}\n${text}`);
    this.events.emit('replaced', { channelId, putBack: true });
  }

  /** Takes up the drafts of a user. */
  open(userId: string): Promise<void> {
    if (this.#userId !== userId) this.close();
    this.#userId = userId;
    return this.#read();
  }

  /** Lets go of the user; what is kept stays kept. */
  close(): void {
    this.#userId = null;
    this.#texts.clear();
    this.#unwritten.clear();
  }

  /** Removes the drafts of channels one is no longer a member of. */
  dropExcept(isMember: (channelId: string) => boolean): void {
    for (const channelId of [...this.#texts.keys()]) if (!isMember(channelId)) this.set(channelId, '');
  }

  /** Takes over what is kept, except where something newer waits to be written. */
  async #read(): Promise<void> {
    const userId = this.#userId;
    if (userId === null) return;
    const kept = await this.#ports.store.drafts(userId);
    if (this.#userId !== userId) return;
    for (const channelId of new Set([...kept.keys(), ...this.#texts.keys()])) {
      const text = kept.get(channelId) ?? '';
      if (this.#unwritten.has(channelId) || text === this.get(channelId)) continue;
      this.#take(channelId, text);
      this.events.emit('replaced', { channelId, putBack: false });
    }
  }

  #take(channelId: string, text: string): void {
    const had = this.#texts.has(channelId);
    if (text === '') this.#texts.delete(channelId);
    else this.#texts.set(channelId, text);
    if (had !== this.#texts.has(channelId)) this.#ports.changed();
  }

  /** At once and for every key, because the page may be gone with the next one. */
  async #write(channelId: string, text: string): Promise<void> {
    if (this.#userId === null) return;
    this.#unwritten.set(channelId, text);
    await this.#ports.store.putDraft(this.#userId, channelId, text);
    if (this.#unwritten.get(channelId) === text) this.#unwritten.delete(channelId);
    this.#ports.tabs.tell('drafts');
  }
}
