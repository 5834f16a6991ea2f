/** Reading marks: the "New messages" line stands where reading was left off, and stays while one reads on. */
import { expect, test } from 'vitest';
import type { Message, ReadState } from '../src/core/protocol.generated';
import { ApiError } from '../src/core/api';
import { ReadReports } from '../src/core/read_reports';
import { firstUnread } from '../src/core/read_states';
import { Reading } from '../src/core/reading';
import { FakeClock, ann, message, settle } from './fakes';

class Reader {
  readonly clock = new FakeClock();
  /** What the server knows; undefined while it has not said. */
  known: number | undefined;
  readonly reported: number[] = [];
  answer: () => Promise<unknown> = () => Promise.resolve();
  readonly reading = new Reading({
    known: () => this.known,
    seen: (_, seq) => (this.known = seq),
    reports: new ReadReports({
      clock: this.clock,
      send: (_, seq) => {
        this.reported.push(seq);
        return this.answer();
      },
    }),
  });
  messages: Message[] = [];
  /** There are older messages that are not loaded. */
  hasBefore = false;

  come(...messages: Message[]): this {
    this.messages = [...this.messages, ...messages];
    return this;
  }

  see(seesEnd = true): this {
    this.reading.follow('general', this.messages, ann.id, seesEnd);
    return this;
  }

  turn(): this {
    this.reading.turn('general', this.messages, ann.id);
    return this;
  }

  get line(): number | undefined {
    return this.reading.firstNew('general', this, ann.id)?.seq;
  }

  get unread(): number {
    return this.reading.unread('general', this.messages, ann.id);
  }
}

test('what is there when a channel is opened for the first time is not new', () => {
  const reader = new Reader().come(message(1), message(2)).see(false);
  expect([reader.line, reader.unread]).toEqual([undefined, 0]);
});

test('what comes while one sees the end draws no line', () => {
  const reader = new Reader().come(message(1)).see().come(message(2)).see();
  expect([reader.line, reader.unread]).toEqual([undefined, 0]);
});

test('what comes unseen is counted and has the line above it, which stays while one reads on', () => {
  const reader = new Reader().come(message(1)).see();
  reader.come(message(2)).see(false).come(message(3)).see(false);
  expect([reader.line, reader.unread]).toEqual([2, 2]);
  reader.see().come(message(4)).see();
  expect([reader.line, reader.unread]).toEqual([2, 0]);
});

test('leaving takes away a line that has done its work; the next one stands where one left', () => {
  const reader = new Reader().come(message(1)).see().come(message(2)).see(false).see().turn();
  expect(reader.line).toBeUndefined();
  reader.come(message(3)).see(false);
  expect(reader.line).toBe(3);
});

test('leaving with something unread keeps the line above all of it', () => {
  const reader = new Reader().come(message(1)).see().come(message(2)).see(false).turn();
  reader.come(message(3)).see(false);
  expect([reader.line, reader.unread]).toEqual([2, 2]);
});

test('what one has written oneself and what was deleted are not new', () => {
  const reader = new Reader().come(message(1)).see();
  reader.come(message(2, { author_id: ann.id }), message(3, { deleted: true })).see(false);
  expect([reader.line, reader.unread]).toEqual([undefined, 0]);
  reader.come(message(4)).see(false);
  expect([reader.line, reader.unread]).toEqual([4, 1]);
});

/** Somebody who had read up to a seq before this page was loaded. */
function returning(known: number): Reader {
  const reader = new Reader();
  reader.known = known;
  return reader;
}

test('after a reload the line stands where reading was left off', () => {
  const reader = returning(2).come(message(1), message(2), message(3), message(4)).see(false);
  expect([reader.line, reader.unread]).toEqual([3, 2]);
  reader.see();
  expect([reader.line, reader.unread, reader.known]).toEqual([3, 0, 4]);
});

test('as long as the first unread may be one before those that are loaded, the line is nowhere', () => {
  const reader = returning(2).come(message(5), message(6));
  reader.hasBefore = true;
  expect(reader.see(false).line).toBeUndefined();
  reader.messages = [message(3), message(4), ...reader.messages];
  expect(reader.see(false).line).toBe(3);
  reader.messages = [message(1), message(2), ...reader.messages];
  expect(reader.see().line).toBe(3);
});

test('a channel opens at its first unread where the newest page may begin after it', () => {
  const state = (read_seq: number, last_seq: number): ReadState => ({ channel_id: 'a', read_seq, last_seq });
  expect(firstUnread(undefined)).toBeUndefined();
  expect(firstUnread(state(10, 10))).toBeUndefined();
  expect(firstUnread(state(10, 59))).toBeUndefined();
  expect(firstUnread(state(10, 60))).toBe(11);
});

test('what was read on another device is not new here, and the line goes there', () => {
  const reader = returning(1).come(message(1), message(2), message(3), message(4)).see(false);
  reader.known = 3;
  reader.see(false);
  expect([reader.line, reader.unread]).toEqual([4, 1]);
  reader.known = 4;
  reader.see(false);
  expect([reader.line, reader.unread]).toEqual([undefined, 0]);
});

test('answering does not take the line away under the eyes of who reads', () => {
  const reader = returning(1).come(message(1), message(2)).see(false).see();
  reader.come(message(3, { author_id: ann.id }));
  reader.known = 3; // one's own message says so
  expect(reader.see().line).toBe(2);
});

test('what is seen is told soon, the farthest only, and what was not seen is not told', async () => {
  const reader = returning(0).come(message(1), message(2)).see(false);
  await reader.clock.advance(10_000);
  expect(reader.reported).toEqual([]);
  reader.see().come(message(3)).see();
  await reader.clock.advance(1_000);
  expect(reader.reported).toEqual([3]);
  reader.see();
  await reader.clock.advance(10_000);
  expect(reader.reported).toEqual([3]);
});

test('who reads on in a busy channel says so every two seconds at most', async () => {
  const reader = returning(0);
  for (let seq = 1; seq <= 100; seq += 1) {
    reader.come(message(seq)).see();
    await reader.clock.advance(100);
  }
  await reader.clock.advance(5_000);
  expect(reader.reported.length).toBeLessThanOrEqual(6);
  expect(reader.reported.at(-1)).toBe(100);
});

test('what did not get through is told again, with what was read since', async () => {
  const reader = returning(0).come(message(1)).see(false);
  reader.answer = () => Promise.reject(new ApiError('network', ''));
  reader.see();
  await reader.clock.advance(1_000);
  reader.come(message(2)).see();
  reader.answer = () => Promise.resolve();
  reader.reading.hurry();
  await settle();
  expect(reader.reported).toEqual([1, 2]);
  await reader.clock.advance(60_000);
  expect(reader.reported).toEqual([1, 2]);
});

test('what the server refuses is not told again', async () => {
  const reader = returning(0).come(message(1));
  reader.answer = () => Promise.reject(new ApiError('not_found', '', 404));
  reader.see();
  await reader.clock.advance(60_000);
  expect(reader.reported).toEqual([1]);
});

test('a page that is left says at once what was seen last', async () => {
  const reader = returning(0).come(message(1)).see();
  await reader.clock.advance(300);
  reader.come(message(2)).see();
  reader.reading.hurry();
  expect(reader.reported).toEqual([1, 2]);
});

test('a page that is left does not wait for the answer to what it said before', async () => {
  const reader = returning(0).come(message(1)).see();
  reader.answer = () => new Promise(() => undefined);
  await reader.clock.advance(300);
  expect(reader.reported).toEqual([1]);
  reader.come(message(2)).see();
  reader.reading.hurry();
  expect(reader.reported).toEqual([1, 2]);
});
