/** Reading marks: the "New messages" line stands where reading was left off, and stays while one reads on. */
import { expect, test } from 'vitest';
import type { Message } from '../src/core/protocol.generated';
import { Reading } from '../src/core/reading';
import { ann, message } from './fakes';

class Reader {
  readonly reading = new Reading();
  messages: Message[] = [];

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
    return this.reading.firstNew('general', this.messages, ann.id)?.seq;
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
