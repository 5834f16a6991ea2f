/** Messages being edited, one in each channel: what was typed is kept, through reloads, until it is saved or given up. */
import { ApiError } from './api';
import { MESSAGE_LIMIT } from './policy';
import type { Message } from './protocol.generated';
import type { Tabs } from './tabs';
import type { KeptEdit, UnsentStore } from './unsent_store';

export interface Edit extends KeptEdit {
  readonly state: 'open' | 'saving' | 'failed';
  readonly error: ApiError | null;
}

export interface EditPorts {
  /** Saves; rejects with an ApiError. */
  edit(channelId: string, messageId: string, text: string): Promise<Message>;
  /** The message as the server has it now. */
  edited(message: Message): void;
  changed(): void;
  store: UnsentStore;
  tabs: Tabs;
}

export class Edits {
  readonly #ports: EditPorts;
  readonly #byChannel = new Map<string, Edit>();
  #userId: string | null = null;
  /** What was taken up from the store and has not been touched on this page: another tab may be at it. */
  readonly #takenUp = new Set<Edit>();

  constructor(ports: EditPorts) {
    this.#ports = ports;
    ports.tabs.listen('edits', () => void this.#leaveToOthers());
  }

  /** Whether something was typed that is not saved. */
  get anyTyped(): boolean {
    return [...this.#byChannel.values()].some(hasTyped);
  }

  find(channelId: string): Edit | undefined {
    return this.#byChannel.get(channelId);
  }

  /** Begins to edit a message; whatever else was being edited in its channel is given up, unless it is this one. */
  begin({ channel_id, id, text }: Message): void {
    if (this.find(channel_id)?.messageId === id) return;
    this.#put({
      channelId: channel_id,
      messageId: id,
      before: text,
      text,
      state: 'open',
      error: null,
    });
  }

  /** Somebody types. Nothing is told of it: the field shows it already. */
  type(channelId: string, text: string): void {
    const edit = this.find(channelId);
    if (edit) this.#hold({ ...edit, text });
  }

  cancel(channelId: string): void {
    if (!this.#byChannel.delete(channelId)) return;
    this.#keep(channelId, null);
    this.#ports.changed();
  }

  /** A message as the server has it: an edit that would make it what it is already has been saved, before a reload perhaps. */
  meet({ channel_id, id, text }: Message): void {
    const edit = this.find(channel_id);
    if (edit?.messageId === id && hasTyped(edit) && edit.text.trim() === text) this.cancel(channel_id);
  }

  /** Whether there is something to save that the server would take. */
  canSave(channelId: string): boolean {
    const text = this.find(channelId)?.text.trim() ?? '';
    return text !== '' && Array.from(text).length <= MESSAGE_LIMIT;
  }

  /** Saves and closes; when that fails the edit stays open with its text and the reason. */
  async save(channelId: string): Promise<void> {
    const edit = this.find(channelId);
    if (!edit || edit.state === 'saving' || !this.canSave(channelId)) return;
    const text = edit.text.trim();
    if (text === edit.before) return this.cancel(channelId);
    this.#put({ ...edit, state: 'saving', error: null });
    try {
      this.#ports.edited(await this.#ports.edit(channelId, edit.messageId, text));
      this.#settle(edit, null);
    } catch (error) {
      this.#settle(edit, error instanceof ApiError ? error : new ApiError('unexpected', String(error)));
    }
  }

  /** Takes up the edits of a user, except where another has begun meanwhile. */
  async open(userId: string): Promise<void> {
    if (this.#userId === userId) return;
    this.close();
    this.#userId = userId;
    const kept = await this.#ports.store.edits(userId);
    if (this.#userId !== userId) return;
    for (const edit of kept.values()) if (!this.find(edit.channelId)) this.#takeUp(edit);
    this.#ports.changed();
  }

  /** Lets go of the user; what is kept stays kept. */
  close(): void {
    this.#userId = null;
    this.#byChannel.clear();
    this.#takenUp.clear();
  }

  /** Gives up what was edited in channels one is no longer a member of. */
  dropExcept(isMember: (channelId: string) => boolean): void {
    for (const channelId of [...this.#byChannel.keys()]) if (!isMember(channelId)) this.cancel(channelId);
  }

  /** The answer has come; what was typed meanwhile, or another edit begun, is none of its business. */
  #settle({ channelId, messageId }: Edit, error: ApiError | null): void {
    const edit = this.find(channelId);
    if (edit?.messageId !== messageId || edit.state !== 'saving') return;
    if (error) this.#put({ ...edit, state: 'failed', error });
    else this.cancel(channelId);
  }

  #takeUp(kept: KeptEdit): void {
    const edit: Edit = { ...kept, state: 'open', error: null };
    this.#byChannel.set(edit.channelId, edit);
    this.#takenUp.add(edit);
  }

  /** Another tab has saved or given up: what nobody has touched here was its edit. */
  async #leaveToOthers(): Promise<void> {
    const userId = this.#userId;
    if (userId === null) return;
    const kept = await this.#ports.store.edits(userId);
    if (this.#userId !== userId) return;
    for (const edit of this.#takenUp)
      if (this.find(edit.channelId) === edit && !kept.has(edit.channelId))
        this.#byChannel.delete(edit.channelId);
    this.#ports.changed();
  }

  #put(edit: Edit): void {
    this.#hold(edit);
    this.#ports.changed();
  }

  #hold(edit: Edit): void {
    const { channelId, messageId, before, text } = edit;
    this.#byChannel.set(channelId, edit);
    this.#keep(channelId, hasTyped(edit) ? { channelId, messageId, before, text } : null);
  }

  /** At once and for every key, because the page may be gone with the next one. */
  #keep(channelId: string, edit: KeptEdit | null): void {
    if (this.#userId === null) return;
    void this.#ports.store.putEdit(this.#userId, channelId, edit).then(() => {
      if (edit === null) this.#ports.tabs.tell('edits');
    });
  }
}

function hasTyped({ before, text }: KeptEdit): boolean {
  return text !== before;
}
