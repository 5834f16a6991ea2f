/** Messages being edited, one in each channel: what was typed is kept until it is saved or given up. */
import { ApiError } from './api';
import { MESSAGE_LIMIT } from './policy';
import type { Message } from './protocol.generated';

export interface Edit {
  readonly channelId: string;
  readonly messageId: string;
  /** What the message was when the editing began. */
  readonly before: string;
  readonly text: string;
  readonly state: 'open' | 'saving' | 'failed';
  readonly error: ApiError | null;
}

export interface EditPorts {
  /** Saves; rejects with an ApiError. */
  edit(channelId: string, messageId: string, text: string): Promise<Message>;
  /** The message as the server has it now. */
  edited(message: Message): void;
  changed(): void;
}

export class Edits {
  readonly #ports: EditPorts;
  readonly #byChannel = new Map<string, Edit>();

  constructor(ports: EditPorts) {
    this.#ports = ports;
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
    if (edit) this.#byChannel.set(channelId, { ...edit, text });
  }

  cancel(channelId: string): void {
    this.#byChannel.delete(channelId);
    this.#ports.changed();
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

  clear(): void {
    this.#byChannel.clear();
  }

  /** The answer has come; what was typed meanwhile, or another edit begun, is none of its business. */
  #settle({ channelId, messageId }: Edit, error: ApiError | null): void {
    const edit = this.find(channelId);
    if (edit?.messageId !== messageId || edit.state !== 'saving') return;
    if (error) this.#put({ ...edit, state: 'failed', error });
    else this.cancel(channelId);
  }

  #put(edit: Edit): void {
    this.#byChannel.set(edit.channelId, edit);
    this.#ports.changed();
  }
}
