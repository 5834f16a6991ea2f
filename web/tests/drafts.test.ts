/** Drafts: kept for their author through reloads, shared with the other tabs, gone when there is nothing to keep. */
import { beforeEach, expect, test } from 'vitest';
import { Drafts } from '../src/core/drafts';
import { FakeBrowser, ann, ben, settle } from './fakes';

let browser: FakeBrowser;
let drafts: Drafts;
let changes: number;

function openTab(): Drafts {
  return new Drafts({ store: browser.store, tabs: browser.tab(), changed: () => (changes += 1) });
}

beforeEach(async () => {
  browser = new FakeBrowser();
  changes = 0;
  drafts = openTab();
  await drafts.open(ann.id);
});

test('a draft is there after a reload, for its author only', async () => {
  drafts.set('general', 'half a sentence');
  await settle();
  const reloaded = openTab();
  await reloaded.open(ben.id);
  expect(reloaded.size).toBe(0);
  await reloaded.open(ann.id);
  expect(reloaded.get('general')).toBe('half a sentence');
});

test('what is typed before the store has answered wins over what was kept', async () => {
  await browser.store.putDraft(ann.id, 'general', 'old');
  const reloaded = openTab();
  const opened = reloaded.open(ann.id);
  reloaded.set('general', 'new');
  await opened;
  expect(reloaded.get('general')).toBe('new');
  await settle();
  expect(await browser.store.drafts(ann.id)).toEqual(new Map([['general', 'new']]));
});

test('fast typing leaves the last text, also when the user leaves at once', async () => {
  for (const text of ['h', 'he', 'hey']) drafts.set('general', text);
  drafts.close();
  await settle();
  expect(await browser.store.drafts(ann.id)).toEqual(new Map([['general', 'hey']]));
});

test('every key is on its way to the store at once: the page may be gone with the next', () => {
  const asked: string[] = [];
  const put = browser.store.putDraft.bind(browser.store);
  browser.store.putDraft = (userId, channelId, text) => {
    asked.push(text);
    return put(userId, channelId, text);
  };
  for (const text of ['h', 'he', 'hey']) drafts.set('general', text);
  expect(asked).toEqual(['h', 'he', 'hey']);
});

test('it is told when a channel gets a draft and when it has none any more, not for every key', async () => {
  for (const text of ['h', 'he', '']) drafts.set('general', text);
  drafts.set('general', ' ');
  expect(changes).toBe(2);
  drafts.set('general', 'hey');
  await settle();
  expect(changes).toBe(3);
  await openTab().open(ann.id);
  expect(changes).toBe(4);
});

test('nothing but blanks is no draft', async () => {
  drafts.set('general', 'x');
  drafts.set('general', ' \n');
  expect([drafts.get('general'), drafts.size]).toEqual(['', 0]);
  await settle();
  expect(await browser.store.drafts(ann.id)).toEqual(new Map());
});

test('an emptied draft is removed', async () => {
  drafts.set('general', 'x');
  drafts.set('general', '');
  await settle();
  expect([drafts.size, await browser.store.drafts(ann.id)]).toEqual([0, new Map()]);
});

test('another tab shows what was typed here, and is told which composer it concerns', async () => {
  const other = openTab();
  await other.open(ann.id);
  const replaced: string[] = [];
  other.events.on('replaced', ({ channelId }) => replaced.push(channelId));
  drafts.set('general', 'hello');
  await settle();
  expect([other.get('general'), replaced]).toEqual(['hello', ['general']]);
  drafts.set('general', '');
  await settle();
  expect([other.get('general'), replaced.length]).toEqual(['', 2]);
});

test('a text put back stands after what was being written', () => {
  const replaced: boolean[] = [];
  drafts.events.on('replaced', ({ putBack }) => replaced.push(putBack));
  drafts.putBack('general', 'first');
  drafts.putBack('general', 'second');
  expect(drafts.get('general')).toBe('first\nsecond');
  expect(replaced).toEqual([true, true]);
});
