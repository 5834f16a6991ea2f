/** Drafts, edits and unsent messages in IndexedDB; in memory where the browser has none, or refuses. */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPObjectStore } from 'idb';
import {
  inOrder,
  MemoryUnsentStore,
  type KeptEdit,
  type PendingMessage,
  type UnsentStore,
} from './unsent_store';

const NAME = 'cromulent';
const VERSION = 2;

interface Draft {
  userId: string;
  channelId: string;
  text: string;
}

interface OwnedEdit extends KeptEdit {
  userId: string;
}

interface Schema extends DBSchema {
  messages: { key: string; value: PendingMessage; indexes: { userId: string } };
  drafts: { key: [string, string]; value: Draft; indexes: { userId: string } };
  edits: { key: [string, string]; value: OwnedEdit; indexes: { userId: string } };
}

type Database = IDBPDatabase<Schema>;
type Table = 'messages' | 'drafts' | 'edits';
type Writable<Name extends Table> = IDBPObjectStore<Schema, [Name], Name, 'readwrite'>;

export class IndexedUnsentStore implements UnsentStore {
  #durable = true;
  readonly #database: Promise<Database | null>;
  /** What IndexedDB did not take. */
  readonly #memory = new MemoryUnsentStore();

  /** Opens the database; a missing one is the same as one that refuses. */
  constructor(available: boolean) {
    this.#database = available ? this.#open() : Promise.resolve(this.#lose());
  }

  get durable(): boolean {
    return this.#durable;
  }

  async messages(userId: string): Promise<PendingMessage[]> {
    const kept = await this.#read((database) => database.getAllFromIndex('messages', 'userId', userId));
    const byNonce = new Map((kept ?? []).map((message) => [message.nonce, message]));
    for (const message of await this.#memory.messages(userId)) byNonce.set(message.nonce, message);
    return inOrder([...byNonce.values()]);
  }

  async putMessages(messages: readonly PendingMessage[]): Promise<void> {
    const kept = await this.#write('messages', (store) => {
      for (const message of messages) void store.put(message);
    });
    if (!kept) await this.#memory.putMessages(messages);
  }

  async removeMessages(nonces: readonly string[]): Promise<void> {
    await this.#write('messages', (store) => {
      for (const nonce of nonces) void store.delete(nonce);
    });
    await this.#memory.removeMessages(nonces);
  }

  async drafts(userId: string): Promise<Map<string, string>> {
    const kept = await this.#read((database) => database.getAllFromIndex('drafts', 'userId', userId));
    const texts = (kept ?? []).map(({ channelId, text }): [string, string] => [channelId, text]);
    return new Map([...texts, ...(await this.#memory.drafts(userId))]);
  }

  async putDraft(userId: string, channelId: string, text: string): Promise<void> {
    const kept = await this.#write('drafts', (store) => {
      if (text === '') void store.delete([userId, channelId]);
      else void store.put({ userId, channelId, text });
    });
    await this.#memory.putDraft(userId, channelId, kept ? '' : text);
  }

  async edits(userId: string): Promise<Map<string, KeptEdit>> {
    const kept = await this.#read((database) => database.getAllFromIndex('edits', 'userId', userId));
    const edits = (kept ?? []).map(({ userId: _owner, ...edit }): [string, KeptEdit] => [
      edit.channelId,
      edit,
    ]);
    return new Map([...edits, ...(await this.#memory.edits(userId))]);
  }

  async putEdit(userId: string, channelId: string, edit: KeptEdit | null): Promise<void> {
    const kept = await this.#write('edits', (store) => {
      if (edit === null) void store.delete([userId, channelId]);
      else void store.put({ ...edit, userId });
    });
    await this.#memory.putEdit(userId, channelId, kept ? null : edit);
  }

  async clear(userId: string): Promise<void> {
    const messages = await this.messages(userId);
    await this.removeMessages(messages.map(({ nonce }) => nonce));
    for (const channelId of (await this.drafts(userId)).keys()) await this.putDraft(userId, channelId, '');
    for (const channelId of (await this.edits(userId)).keys()) await this.putEdit(userId, channelId, null);
  }

  /** Null when the browser has refused. */
  async #read<Result>(step: (database: Database) => Promise<Result>): Promise<Result | null> {
    const database = await this.#database;
    if (!database) return null;
    return step(database).catch(() => this.#lose());
  }

  /** Whether it was kept. The transaction is committed at once, for the page may be closing. */
  async #write<Name extends Table>(table: Name, step: (store: Writable<Name>) => void): Promise<boolean> {
    const database = await this.#database;
    if (!database) return false;
    try {
      const transaction = database.transaction(table, 'readwrite');
      step(transaction.store);
      transaction.commit();
      await transaction.done;
      return true;
    } catch {
      this.#lose();
      return false;
    }
  }

  async #open(): Promise<Database | null> {
    try {
      return await openDB<Schema>(NAME, VERSION, {
        upgrade(database, before) {
          if (before < 1) {
            database.createObjectStore('messages', { keyPath: 'nonce' }).createIndex('userId', 'userId');
            createByChannel(database, 'drafts');
          }
          createByChannel(database, 'edits');
        },
        blocking: (_current, _next, event) => (event.target as IDBDatabase).close(),
        terminated: () => this.#lose(),
      });
    } catch {
      return this.#lose();
    }
  }

  #lose(): null {
    this.#durable = false;
    return null;
  }
}

function createByChannel(database: Database, name: 'drafts' | 'edits'): void {
  database.createObjectStore(name, { keyPath: ['userId', 'channelId'] }).createIndex('userId', 'userId');
}
