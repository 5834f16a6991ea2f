/** Editing: what was typed is kept until it is saved or given up, and an answer that comes late spoils nothing. */
import { beforeEach, expect, test } from 'vitest';
import { ApiError } from '../src/core/api';
import { Edits } from '../src/core/edits';
import type { Message } from '../src/core/protocol.generated';
import { message, settle } from './fakes';

let asked: { text: string; answer(message: Message): Promise<void>; refuse(): Promise<void> }[];
let edited: Message[];
let edits: Edits;

beforeEach(() => {
  asked = [];
  edited = [];
  edits = new Edits({
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
  });
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
