/** The places for what is unsent: all alike in what they promise, whether the browser keeps anything or not. */
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { IndexedUnsentStore } from '../src/core/indexed_unsent_store';
import { MemoryUnsentStore, type PendingMessage, type UnsentStore } from '../src/core/unsent_store';
import { ann, ben } from './fakes';

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()));

function pending(nonce: string, createdAt: number, userId = ann.id): PendingMessage {
  return { nonce, userId, channelId: 'general', text: nonce, createdAt, state: 'sending', error: null };
}

/** IndexedDB as some browsers have it in private windows. */
function refuseAll(): void {
  vi.stubGlobal('indexedDB', {
    open() {
      throw new DOMException('no', 'InvalidStateError');
    },
  });
}

const stores: Record<string, () => UnsentStore> = {
  indexed: () => new IndexedUnsentStore(true),
  missing: () => new IndexedUnsentStore(false),
  memory: () => new MemoryUnsentStore(),
  refusing() {
    refuseAll();
    return new IndexedUnsentStore(true);
  },
};

describe.each(Object.entries(stores))('%s', (_name, open) => {
  test('gives messages back in the order of writing, each to its author', async () => {
    const store = open();
    await store.putMessages([pending('b', 2), pending('a', 1), pending('c', 1, ben.id)]);
    await store.putMessages([{ ...pending('b', 2), state: 'failed' }]);
    expect(await store.messages(ann.id)).toEqual([pending('a', 1), { ...pending('b', 2), state: 'failed' }]);
    await store.removeMessages(['a', 'unknown']);
    expect((await store.messages(ann.id)).map(({ nonce }) => nonce)).toEqual(['b']);
  });

  test('keeps one draft for each channel and user, and none that is empty', async () => {
    const store = open();
    await store.putDraft(ann.id, 'general', 'one');
    await store.putDraft(ann.id, 'general', 'two');
    await store.putDraft(ann.id, 'other', 'x');
    await store.putDraft(ben.id, 'general', 'mine');
    await store.putDraft(ann.id, 'other', '');
    expect(await store.drafts(ann.id)).toEqual(new Map([['general', 'two']]));
  });

  test('keeps one edit for each channel and user, until it is removed', async () => {
    const store = open();
    const edit = (messageId: string) => ({ channelId: 'general', messageId, before: 'a', text: 'b' });
    await store.putEdit(ann.id, 'general', edit('m1'));
    await store.putEdit(ann.id, 'general', edit('m2'));
    await store.putEdit(ben.id, 'general', edit('m3'));
    expect(await store.edits(ann.id)).toEqual(new Map([['general', edit('m2')]]));
    await store.putEdit(ann.id, 'general', null);
    expect([(await store.edits(ann.id)).size, (await store.edits(ben.id)).size]).toEqual([0, 1]);
    await store.clear(ben.id);
    expect((await store.edits(ben.id)).size).toBe(0);
  });

  test('removes everything of one user and nothing of another', async () => {
    const store = open();
    await store.putMessages([pending('a', 1), pending('b', 1, ben.id)]);
    await store.putDraft(ann.id, 'general', 'x');
    await store.putDraft(ben.id, 'general', 'y');
    await store.clear(ann.id);
    expect([await store.messages(ann.id), (await store.drafts(ann.id)).size]).toEqual([[], 0]);
    expect([(await store.messages(ben.id)).length, (await store.drafts(ben.id)).size]).toEqual([1, 1]);
  });
});

test('what IndexedDB has taken is there for the next page', async () => {
  await stores.indexed!().putMessages([pending('a', 1)]);
  const next = stores.indexed!();
  expect(await next.messages(ann.id)).toEqual([pending('a', 1)]);
  expect(next.durable).toBe(true);
});

test('a database from before there were edits is taken over with what it holds', async () => {
  const draft = { userId: ann.id, channelId: 'general', text: 'half a sentence' };
  await new Promise<void>((resolve) => {
    const opening = indexedDB.open('cromulent', 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('messages', { keyPath: 'nonce' }).createIndex('userId', 'userId');
      const drafts = opening.result.createObjectStore('drafts', { keyPath: ['userId', 'channelId'] });
      drafts.createIndex('userId', 'userId');
      drafts.put(draft);
    };
    opening.onsuccess = () => {
      opening.result.close();
      resolve();
    };
  });
  const store = stores.indexed!();
  expect(await store.drafts(ann.id)).toEqual(new Map([['general', 'half a sentence']]));
  await store.putEdit(ann.id, 'general', { channelId: 'general', messageId: 'm1', before: 'a', text: 'b' });
  expect([(await stores.indexed!().edits(ann.id)).size, store.durable]).toEqual([1, true]);
});

test('a store that cannot keep anything says so', async () => {
  for (const name of ['missing', 'refusing', 'memory']) {
    const store = stores[name]!();
    await store.putDraft(ann.id, 'general', 'x');
    expect(store.durable, name).toBe(false);
  }
});

test('steps that were asked for together happen in order', async () => {
  const store = stores.indexed!();
  void store.putMessages([pending('a', 1)]);
  void store.removeMessages(['a']);
  void store.putMessages([pending('b', 1)]);
  expect((await store.messages(ann.id)).map(({ nonce }) => nonce)).toEqual(['b']);
});
