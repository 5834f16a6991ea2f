/** The message window: pages and live events put together, whatever overtakes what. */
import { expect, test } from 'vitest';
import type { HistoryPage } from '../src/core/api';
import { KEEP_LOADED, MessageWindow } from '../src/core/message_window';
import type { Message } from '../src/core/protocol.generated';
import { message } from './fakes';

function page(seqs: number[], over: Partial<HistoryPage> = {}): HistoryPage {
  const messages = seqs.map((seq) => message(seq));
  return { messages, users: [], has_before: false, has_after: false, seq: Math.max(0, ...seqs), ...over };
}

function loaded(seqs: number[], over: Partial<HistoryPage> = {}): MessageWindow {
  const window = new MessageWindow();
  window.expectPage({ anew: true });
  window.replace(page(seqs, over));
  return window;
}

function seqs(window: MessageWindow): number[] {
  return window.messages.map(({ seq }) => seq);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

test('older pages go before, newer ones after, in order of seq', () => {
  const window = loaded([50, 52], { has_before: true, has_after: true });
  window.prepend(page([40, 45], { has_before: true }));
  window.append(page([55, 60]));
  expect(seqs(window)).toEqual([40, 45, 50, 52, 55, 60]);
  expect([window.hasBefore, window.hasAfter]).toEqual([true, false]);
});

test('a live message goes to the end, and a double changes nothing', () => {
  const window = loaded([1, 2]);
  window.receive(message(4));
  window.receive(message(3));
  window.receive(message(4));
  expect(seqs(window)).toEqual([1, 2, 3, 4]);
});

test('the higher rev wins, whether it comes by page or by event', () => {
  const edited: Message = message(2, { rev: 9, text: 'edited' });
  const byEvent = loaded([1, 2]);
  byEvent.receive(edited);
  byEvent.prepend(page([1, 2]));
  expect(byEvent.messages[1]?.text).toBe('edited');
  const byPage = loaded([1, 2]);
  byPage.append({ ...page([]), messages: [edited] });
  byPage.receive(message(2));
  expect(byPage.messages[1]?.text).toBe('edited');
});

test('what comes live while the first page is under way is not lost and not doubled', () => {
  const window = new MessageWindow();
  window.expectPage({ anew: true });
  window.receive(message(9));
  window.receive(message(10));
  window.receive(message(11));
  expect(seqs(window)).toEqual([]);
  window.replace(page([8, 9, 10], { seq: 10 }));
  expect(seqs(window)).toEqual([8, 9, 10, 11]);
});

test('a change that overtakes the page it belongs to is kept', () => {
  const window = new MessageWindow();
  window.expectPage({ anew: true });
  window.receive(message(9, { rev: 12, text: 'edited' }));
  window.replace(page([8, 9, 10], { seq: 11 }));
  expect(window.messages[1]?.text).toBe('edited');
});

test('away from the present a live message leaves no hole: it comes with its page', () => {
  const window = loaded([1, 2], { has_after: true, seq: 20 });
  window.receive(message(21));
  expect(seqs(window)).toEqual([1, 2]);
  window.expectPage({ anew: false });
  window.receive(message(22));
  window.append(page([3, 20, 21], { seq: 21 }));
  expect(seqs(window)).toEqual([1, 2, 3, 20, 21, 22]);
  expect(window.hasAfter).toBe(false);
});

test('more live messages than can be kept aside mean that the present is not reached yet', () => {
  const window = new MessageWindow();
  window.expectPage({ anew: true });
  for (const seq of range(10, 400)) window.receive(message(seq));
  window.replace(page([8, 9], { seq: 9 }));
  expect(seqs(window)).toEqual([8, 9]);
  expect(window.hasAfter).toBe(true);
});

test('a fresh start replaces everything, also what a restored backup never had', () => {
  const window = loaded([1, 2, 3]);
  window.receive(message(4));
  window.expectPage({ anew: true });
  window.receive(message(3, { id: 'other', nonce: 'other' }));
  window.replace(page([1, 2], { seq: 2 }));
  expect(window.messages.map(({ id }) => id)).toEqual(['m1', 'm2', 'other']);
});

test('too much is let go at the end away from the reader, which is then said to go on', () => {
  const newer = loaded(range(1, KEEP_LOADED + 10));
  newer.trim('newer');
  expect([newer.messages.length, newer.messages[0]?.seq, newer.hasBefore]).toEqual([KEEP_LOADED, 11, true]);
  const older = loaded(range(1, KEEP_LOADED + 10));
  older.trim('older');
  expect([older.messages.length, older.messages.at(-1)?.seq, older.hasAfter]).toEqual([
    KEEP_LOADED,
    KEEP_LOADED,
    true,
  ]);
});

test('a tombstone stays, whatever older version comes after it', () => {
  const window = loaded([1, 2, 3]);
  window.receive(message(2, { rev: 9, text: '', html: '', deleted: true }));
  window.receive(message(2, { rev: 7, text: 'edited before' }));
  window.prepend(page([1, 2]));
  expect(window.messages.map(({ deleted }) => deleted)).toEqual([false, true, false]);
  expect(seqs(window)).toEqual([1, 2, 3]);
});

test('a version whose text was erased waits for the one that superseded it', () => {
  const erased = { text: '', html: '' };
  const window = loaded([1, 2]);
  window.receive(message(2, { rev: 4, ...erased }));
  expect(window.messages[1]?.text).toBe('text 2');
  window.receive(message(3, erased));
  expect(seqs(window)).toEqual([1, 2, 3]);
  window.receive(message(2, { rev: 5, text: 'last' }));
  window.receive(message(3, { rev: 6, text: 'present' }));
  expect(window.messages.map(({ text }) => text)).toEqual(['text 1', 'last', 'present']);
});

test('a change of something older than what is loaded makes no hole', () => {
  const window = loaded([50, 51], { has_before: true });
  window.receive(message(7, { rev: 60, text: 'edited' }));
  expect(seqs(window)).toEqual([50, 51]);
  window.receive(message(52));
  expect(seqs(window)).toEqual([50, 51, 52]);
});

test('a change that overtakes the page its message is on counts', () => {
  const window = new MessageWindow();
  window.expectPage({ anew: true });
  window.receive(message(2, { rev: 9, text: 'edited' }));
  window.replace(page([1, 2, 3], { seq: 5 }));
  expect(window.messages[1]?.text).toBe('edited');
});
