/** The rows of a message list: order, groups, days, and which of them are in the page. */
import { expect, test } from 'vitest';
import { NEAR, pickSlice, RowHeights } from '../src/core/row_window';
import { timeline, type Row } from '../src/core/timeline';
import type { PendingMessage } from '../src/core/unsent_store';
import { ann, ben, message } from './fakes';

const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

function said(seq: number, time: string, author = ben): ReturnType<typeof message> {
  return message(seq, { posted_at: `2024-05-${time}:00Z`, author_id: author.id });
}

function shape(rows: Row[]): string[] {
  return rows.map(({ startsDay, grouped }) => (startsDay ? 'day' : grouped ? 'grouped' : 'new'));
}

test('the same author within seven minutes goes on; another author, a pause or a day starts anew', () => {
  const rows = timeline(
    [
      said(1, '01T10:00'),
      said(2, '01T10:06'),
      said(3, '01T10:12', ann),
      said(4, '01T10:19', ann),
      said(5, '02T00:01'),
      said(6, '02T00:02'),
    ],
    [],
    ann.id,
    utcDay,
  );
  expect(shape(rows)).toEqual(['day', 'grouped', 'new', 'new', 'day', 'grouped']);
});

test('one keeps its key from writing to acknowledgement', () => {
  const createdAt = Date.parse('2024-05-01T10:01:00Z');
  const writing: PendingMessage = {
    nonce: 'mine',
    userId: ann.id,
    channelId: 'general',
    text: 'x',
    createdAt,
    state: 'sending',
    error: null,
  };
  const before = timeline([said(1, '01T10:00')], [writing], ann.id, utcDay);
  const acknowledged = message(2, { nonce: 'mine', author_id: ann.id });
  const after = timeline([said(1, '01T10:00'), acknowledged], [], ann.id, utcDay);
  expect(before.map(({ key }) => key)).toEqual(['m1', 'mine']);
  expect(after.map(({ key }) => key)).toEqual(['m1', 'mine']);
  expect([before[1]?.pending, after[1]?.message]).toEqual([writing, acknowledged]);
  const overtaken = timeline([said(1, '01T10:00'), acknowledged], [writing], ann.id, utcDay);
  expect(overtaken).toEqual(after); // another tab has sent it, and has yet to say that it waits no more
});

test('a tombstone keeps its row; a message whose text is still to come has none', () => {
  const gone = message(2, { deleted: true, text: '', html: '' });
  const superseded = message(3, { text: '', html: '' });
  expect(timeline([message(1), gone, superseded], [], ann.id).map(({ key }) => key)).toEqual(['m1', 'm2']);
});

test('rows that are as they were are the same objects', () => {
  const [one, two] = [said(1, '01T10:00'), said(2, '01T10:01', ann)];
  const before = timeline([one, two], [], ann.id, utcDay);
  const edited = { ...two, rev: 3, text: 'edited' };
  const after = timeline([one, edited, said(3, '01T10:02', ann)], [], ann.id, utcDay);
  expect(after[0]).toBe(before[0]);
  expect([after[1]?.message, after[2]?.message?.seq]).toEqual([edited, 3]);
  const older = timeline([said(0, '01T09:59'), one, edited], [], ann.id, utcDay);
  expect(older[1]).toMatchObject({ key: 'm1', startsDay: false, grouped: true });
  expect(older[2]).toBe(after[1]);
});

test('heights are measured where they can be and estimated elsewhere', () => {
  const heights = new RowHeights();
  const keys = ['a', 'b', 'c', 'd'];
  heights.measured('a', 20);
  heights.measured('b', 60);
  heights.measured('b', 40);
  expect(heights.sum(keys)).toBe(20 + 40 + 30 + 30);
  expect([0, 19, 20, 59, 60, 1_000].map((y) => heights.indexAt(keys, y))).toEqual([0, 0, 1, 1, 2, 3]);
  expect(heights.indexAt([], 10)).toBe(0);
});

test('a short list is in the page as a whole', () => {
  expect(pickSlice(12, 0, 11, { start: 0, end: 0 })).toEqual({ start: 0, end: 12 });
});

test.each([
  [0, 10],
  [500, 530],
  [995, 999],
  [300, 420],
])('a long list has 60 to 150 rows in the page, and what is seen among them: %i–%i', (first, last) => {
  const { start, end } = pickSlice(1_000, first, last, { start: 0, end: 0 });
  expect(end - start).toBeGreaterThanOrEqual(60);
  expect(end - start).toBeLessThanOrEqual(150);
  expect(start).toBeLessThanOrEqual(first);
  expect(end).toBeGreaterThan(last);
  expect(end).toBeLessThanOrEqual(1_000);
});

test('the first frame has little more than what is seen, the next one the rest', () => {
  const near = pickSlice(1_000, 990, 999, { start: 0, end: 0 }, NEAR);
  expect(near).toEqual({ start: 970, end: 1_000 });
  expect(pickSlice(1_000, 990, 999, near)).toEqual({ start: 940, end: 1_000 });
});

test('the slice stays while it reaches far enough, and moves before its edge is seen', () => {
  const present = pickSlice(1_000, 500, 520, { start: 0, end: 0 });
  expect(pickSlice(1_000, 490, 510, present)).toBe(present);
  const moved = pickSlice(1_000, 470, 490, present);
  expect(moved).not.toBe(present);
  expect(moved.start).toBeLessThan(470 - 15);
});

test('a list that became shorter does not keep rows that are gone', () => {
  const { end } = pickSlice(40, 0, 39, { start: 0, end: 100 });
  expect(end).toBe(40);
});
