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
}

export class Drafts {
  readonly events = new Emitter<DraftsEvents>();
  readonly #ports: DraftsPorts;
  #userId: string | null = null;
  #texts = new Map<string, string>();
  /** Channels whose draft is to be written; the newest text is. */
  readonly #unwritten = new Set<string>();
  #writing = false;

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

  /** Somebody has typed. An empty text removes the draft. */
  set(channelId: string, text: string): void {
    if (text === '') this.#texts.delete(channelId);
    else this.#texts.set(channelId, text);
    this.#unwritten.add(channelId);
    void this.#write();
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
    const userId = this.#userId;
    if (userId !== null)
      for (const id of this.#unwritten) void this.#ports.store.putDraft(userId, id, this.get(id));
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
      if (text === '') this.#texts.delete(channelId);
      else this.#texts.set(channelId, text);
      this.events.emit('replaced', { channelId, putBack: false });
    }
  }

  /** One write after the other, so that fast fingers do not pile them up. */
  async #write(): Promise<void> {
    const userId = this.#userId;
    if (this.#writing || userId === null) return;
    this.#writing = true;
    for (const channelId of this.#unwritten) {
      const text = this.get(channelId);
      await this.#ports.store.putDraft(userId, channelId, text);
      if (this.#userId !== userId) break;
      if (this.get(channelId) === text) this.#unwritten.delete(channelId);
    }
    this.#writing = false;
    this.#ports.tabs.tell('drafts');
    if (this.#unwritten.size > 0) void this.#write();
  }
}
