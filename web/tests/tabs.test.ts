/** The tabs of a real browser among themselves, by what Node has of it: Web Locks and broadcast channels. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { BrowserTabs } from '../src/core/tabs';

function tab(): BrowserTabs {
  const channel = new BroadcastChannel('cromulent');
  onTestFinished(() => channel.close());
  return new BrowserTabs(navigator.locks, channel);
}

test('one tab is elected for each work, and the next when it resigns', async () => {
  const elected: string[] = [];
  const resign = tab().elect('a', () => elected.push('first'));
  await vi.waitFor(() => expect(elected).toEqual(['first']));
  const second = tab().elect('a', () => elected.push('second'));
  const other = tab().elect('b', () => elected.push('other work'));
  await vi.waitFor(() => expect(elected).toEqual(['first', 'other work']));
  resign();
  await vi.waitFor(() => expect(elected).toEqual(['first', 'other work', 'second']));
  second();
  other();
});

test('who resigns before being elected never is', async () => {
  const elected: string[] = [];
  const resign = tab().elect('a', () => elected.push('first'));
  tab().elect('a', () => elected.push('second'))();
  const third = tab().elect('a', () => elected.push('third'));
  await vi.waitFor(() => expect(elected).toEqual(['first']));
  resign();
  await vi.waitFor(() => expect(elected).toEqual(['first', 'third']));
  third();
});

test('without locks every tab is elected', () => {
  const elected: string[] = [];
  for (const name of ['first', 'second'])
    new BrowserTabs(undefined, null).elect('a', () => elected.push(name));
  expect(elected).toEqual(['first', 'second']);
});

test('a tab tells the others, not itself, and only about what they listen to', async () => {
  const heard: string[] = [];
  const [here, there] = [tab(), tab()];
  here.listen('messages', () => heard.push('here'));
  there.listen('drafts', () => heard.push('drafts'));
  const stop = there.listen('messages', () => heard.push('there'));
  here.tell('messages');
  await vi.waitFor(() => expect(heard).toEqual(['there']));
  stop();
  here.tell('messages');
  here.tell('drafts');
  await vi.waitFor(() => expect(heard).toEqual(['there', 'drafts']));
});
