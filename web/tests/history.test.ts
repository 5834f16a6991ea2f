/** A channel's history: one request an end at a time, late answers dropped, failures said. */
import { beforeEach, expect, test } from 'vitest';
import { ApiError, type HistoryBound, type HistoryPage } from '../src/core/api';
import { History } from '../src/core/history';
import { message, settle } from './fakes';

interface Request {
  bound: HistoryBound;
  answer(seqs: number[], over?: Partial<HistoryPage>): Promise<void>;
  fail(error: ApiError): Promise<void>;
}

let requests: Request[];
let history: History;
let changes: number;

beforeEach(() => {
  requests = [];
  changes = 0;
  history = new History(
    (bound) =>
      new Promise((resolve, reject) => {
        requests.push({
          bound,
          answer(seqs, over = {}) {
            const messages = seqs.map((seq) => message(seq));
            resolve({ messages, users: [], has_before: false, has_after: false, seq: 99, ...over });
            return settle();
          },
          fail(error) {
            reject(error);
            return settle();
          },
        });
      }),
    () => (changes += 1),
  );
});

function seqs(): number[] {
  return history.view.messages.map(({ seq }) => seq);
}

test('opening loads the newest page once', async () => {
  void history.open();
  expect(history.view.status).toBe('loading');
  await requests[0]!.answer([1, 2]);
  expect(history.view.status).toBe('loaded');
  void history.open();
  expect(requests.map(({ bound }) => bound)).toEqual([{}]);
  expect(changes).toBeGreaterThan(0);
});

test('opening around a seq loads the page there, once, and the present is not yet reached', async () => {
  void history.open(60);
  await requests[0]!.answer([59, 60, 61], { has_before: true, has_after: true });
  void history.open(60);
  expect(requests.map(({ bound }) => bound)).toEqual([{ around: 60 }]);
  expect([seqs(), history.view.hasAfter]).toEqual([[59, 60, 61], true]);
});

test('each end asks once at a time, beyond its last message', async () => {
  void history.open();
  await requests[0]!.answer([10, 11], { has_before: true, has_after: true });
  void history.loadOlder();
  void history.loadOlder();
  void history.loadNewer();
  void history.loadNewer();
  expect(requests.slice(1).map(({ bound }) => bound)).toEqual([{ before: 10 }, { after: 11 }]);
  await requests[1]!.answer([8, 9]);
  await requests[2]!.answer([12]);
  expect(seqs()).toEqual([8, 9, 10, 11, 12]);
  void history.loadOlder();
  void history.loadNewer();
  expect(requests).toHaveLength(3);
});

test('a page that answers an earlier start is dropped', async () => {
  void history.open();
  await requests[0]!.answer([10], { has_before: true });
  void history.loadOlder();
  void history.reload();
  await requests[1]!.answer([9]);
  expect(seqs()).toEqual([10]);
  await requests[2]!.answer([20, 21]);
  expect(seqs()).toEqual([20, 21]);
});

test('while everything is loaded anew nothing is added to the old stretch', async () => {
  void history.open();
  await requests[0]!.answer([10, 11], { has_before: true, has_after: true });
  void history.jumpToPresent();
  history.receive(message(100));
  void history.loadOlder();
  void history.loadNewer();
  expect(requests).toHaveLength(2);
  await requests[1]!.answer([98, 99], { has_before: true });
  expect(seqs()).toEqual([98, 99, 100]);
});

test('a jump to the present that fails leaves a stretch that goes on where it ended', async () => {
  void history.open();
  await requests[0]!.answer([10, 11], { has_before: true, has_after: true });
  void history.jumpToPresent();
  await requests[1]!.fail(new ApiError('network', 'Gone.'));
  expect([history.view.status, history.view.hasAfter]).toEqual(['loaded', true]);
  void history.loadNewer();
  await requests[2]!.answer([12], { seq: 12 });
  history.receive(message(13));
  expect(seqs()).toEqual([10, 11, 12, 13]);
});

test('a fresh start that fails says so, hides no gap and is tried again', async () => {
  void history.open();
  await requests[0]!.answer([10]);
  void history.restart();
  await requests[1]!.fail(new ApiError('unavailable', 'Later.'));
  history.receive(message(20));
  expect([history.view.status, history.view.hasAfter, seqs()]).toEqual(['failed', true, [10]]);
  void history.open();
  await requests[2]!.answer([19, 20], { seq: 20 });
  history.receive(message(21));
  expect([history.view.status, seqs()]).toEqual(['loaded', [19, 20, 21]]);
});

test('a first page that cannot be had is a failure, a later one keeps what is there', async () => {
  void history.open();
  await requests[0]!.fail(new ApiError('network', 'Gone.'));
  expect([history.view.status, history.view.error?.code]).toEqual(['failed', 'network']);
  void history.open();
  await requests[1]!.answer([5], { has_before: true });
  expect([history.view.status, history.view.error]).toEqual(['loaded', null]);
  void history.loadOlder();
  await requests[2]!.fail(new ApiError('timeout', 'Late.'));
  expect([history.view.status, seqs()]).toEqual(['loaded', [5]]);
  void history.loadOlder();
  expect(requests).toHaveLength(4);
});

test('what is loaded already is reached without a request', async () => {
  void history.open();
  await requests[0]!.answer([10, 12, 14], { has_before: true });
  expect((await history.reach(12))?.seq).toBe(12);
  expect((await history.reach(13))?.seq).toBe(12);
  expect(requests).toHaveLength(1);
});

test('what is not loaded is reached by the page around it', async () => {
  void history.open();
  await requests[0]!.answer([100, 101], { has_before: true });
  const reached = history.reach(50);
  expect(requests[1]!.bound).toEqual({ around: 50 });
  await requests[1]!.answer([48, 49, 52], { has_before: true, has_after: true });
  expect((await reached)?.seq).toBe(49);
  expect(seqs()).toEqual([48, 49, 52]);
});

test('a message that cannot be reached leaves what is shown, and says why', async () => {
  void history.open();
  await requests[0]!.answer([100, 101], { has_before: true });
  const reached = history.reach(50);
  await requests[1]!.fail(new ApiError('network', 'The server cannot be reached.'));
  expect(await reached).toBeUndefined();
  expect([seqs(), history.view.error?.code]).toEqual([[100, 101], 'network']);
});
