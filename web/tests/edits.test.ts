/** Editing: what was typed is kept, through reloads, until it is saved or given up, and an answer that comes late spoils nothing. */
import { beforeEach, expect, test } from 'vitest';
import { ApiError } from '../src/core/api';
import { Edits } from '../src/core/edits';
import type { Message } from '../src/core/protocol.generated';
import { FakeBrowser, ann, ben, message, settle } from './fakes';

let asked: { text: string; answer(message: Message): Promise<void>; refuse(): Promise<void> }[];
let edited: Message[];
let browser: FakeBrowser;
let edits: Edits;

function openTab(): Edits {
  return new Edits({
    edit: (_channelId, _messageId, text) =>
      new Promise((resolve, reject) => {
        asked.push({
          text,
          answer: (answer) => {
            resolve(answer);
            return settle();
          },
          refuse: () => {
            reject(new ApiError('network', 'The server cannot be reached.'));
            return settle();
          },
        });
      }),
    edited: (answer) => edited.push(answer),
    changed: () => undefined,
    store: browser.store,
    tabs: browser.tab(),
  });
}

beforeEach(async () => {
  asked = [];
  edited = [];
  browser = new FakeBrowser();
  edits = openTab();
  await edits.open(ann.id);
});

test('an edit is saved with what was typed, and closes', async () => {
  edits.begin(message(5));
  edits.type('general', '  better ');
  void edits.save('general');
  expect(asked.map(({ text }) => text)).toEqual(['better']);
  expect(edits.find('general')?.state).toBe('saving');
  const answer = message(5, { rev: 9, text: 'better' });
  await asked[0]!.answer(answer);
  expect(edits.find('general')).toBeUndefined();
  expect(edited).toEqual([answer]);
});

test('a failure keeps the text with its reason, and can be tried again', async () => {
  edits.begin(message(5));
  edits.type('general', 'better');
  void edits.save('general');
  await asked[0]!.refuse();
  expect(edits.find('general')).toMatchObject({ state: 'failed', text: 'better' });
  expect(edits.find('general')?.error?.code).toBe('network');
  void edits.save('general');
  await asked[1]!.answer(message(5, { rev: 9 }));
  expect(edits.find('general')).toBeUndefined();
});

test('nothing is asked for what has not changed, is empty or is too long', async () => {
  edits.begin(message(5));
  for (const text of ['', ' \n', 'x'.repeat(4_001)]) {
    edits.type('general', text);
    expect(edits.canSave('general')).toBe(false);
    await edits.save('general');
    expect(edits.find('general')?.text).toBe(text);
  }
  edits.type('general', 'text 5');
  await edits.save('general');
  expect(edits.find('general')).toBeUndefined();
  expect(asked).toEqual([]);
});

test('saving twice asks once', async () => {
  edits.begin(message(5));
  edits.type('general', 'better');
  void edits.save('general');
  await edits.save('general');
  expect(asked).toHaveLength(1);
});

test('beginning with the same message again keeps what was typed; with another one does not', () => {
  edits.begin(message(5));
  edits.type('general', 'half a thought');
  edits.begin(message(5));
  expect(edits.find('general')?.text).toBe('half a thought');
  edits.begin(message(6));
  expect(edits.find('general')).toMatchObject({ messageId: 'm6', text: 'text 6' });
});

test.each([true, false])(
  'an answer that comes after another edit has begun leaves it alone (%s)',
  async (good) => {
    edits.begin(message(5));
    edits.type('general', 'better');
    void edits.save('general');
    edits.begin(message(6));
    edits.type('general', 'going on');
    await (good ? asked[0]!.answer(message(5, { rev: 9 })) : asked[0]!.refuse());
    expect(edits.find('general')).toMatchObject({ messageId: 'm6', text: 'going on', state: 'open' });
  },
);

test('what was typed is there after a reload, for its author only', async () => {
  edits.begin(message(5));
  edits.type('general', 'half a thought');
  await settle();
  const reloaded = openTab();
  await reloaded.open(ben.id);
  expect(reloaded.find('general')).toBeUndefined();
  await reloaded.open(ann.id);
  expect(reloaded.find('general')).toEqual({
    channelId: 'general',
    messageId: 'm5',
    before: 'text 5',
    text: 'half a thought',
    state: 'open',
    error: null,
  });
});

test('nothing is kept of an edit in which nothing was typed, that was given up, or that is saved', async () => {
  edits.begin(message(5));
  await settle();
  expect((await browser.store.edits(ann.id)).size).toBe(0);
  edits.type('general', 'half a thought');
  edits.cancel('general');
  await settle();
  expect((await browser.store.edits(ann.id)).size).toBe(0);
  edits.begin(message(5));
  edits.type('general', 'better');
  void edits.save('general');
  await asked[0]!.answer(message(5, { rev: 9, text: 'better' }));
  expect((await browser.store.edits(ann.id)).size).toBe(0);
});

test('an edit that was saved just before the reload closes when the message comes', async () => {
  await browser.store.putEdit(ann.id, 'general', {
    channelId: 'general',
    messageId: 'm5',
    before: 'text 5',
    text: 'better ',
  });
  const reloaded = openTab();
  await reloaded.open(ann.id);
  reloaded.meet(message(5, { text: 'text 5' }));
  expect(reloaded.find('general')?.text).toBe('better ');
  reloaded.meet(message(5, { rev: 9, text: 'better' }));
  expect(reloaded.find('general')).toBeUndefined();
});

test('an edit of another tab closes here when it ends there, unless one has gone on with it here', async () => {
  edits.begin(message(5));
  edits.type('general', 'half a thought');
  await settle();
  const idle = openTab();
  const busy = openTab();
  await idle.open(ann.id);
  await busy.open(ann.id);
  busy.type('general', 'a whole thought');
  edits.cancel('general');
  await settle();
  expect(idle.find('general')).toBeUndefined();
  expect(busy.find('general')?.text).toBe('a whole thought');
});

test('an edit that is begun before the store has answered wins over what was kept', async () => {
  edits.begin(message(5));
  edits.type('general', 'old');
  await settle();
  const reloaded = openTab();
  const opened = reloaded.open(ann.id);
  reloaded.begin(message(6));
  await opened;
  expect(reloaded.find('general')?.messageId).toBe('m6');
});

test('an edit in a channel one has lost is given up', async () => {
  edits.begin(message(5));
  edits.type('general', 'half a thought');
  edits.dropExcept((channelId) => channelId === 'general');
  expect(edits.anyTyped).toBe(true);
  edits.dropExcept(() => false);
  await settle();
  expect([edits.anyTyped, (await browser.store.edits(ann.id)).size]).toEqual([false, 0]);
});
