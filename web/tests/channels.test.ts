/** Coming into channels and losing them: what the page shows, keeps and forgets, and what its dialogs ask for. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Api, ApiError, type ChannelsPage } from '../src/core/api';
import { Client } from '../src/core/client';
import type { Channel, MembershipRemoved, User } from '../src/core/protocol.generated';
import { candidatesFor } from '../src/ui/channels/candidates';
import { changeOf, formOf } from '../src/ui/channels/channel_form';
import { Joinable } from '../src/ui/channels/joinable.svelte';
import { LostChannel } from '../src/ui/channels/lost_channel.svelte';
import { parseRoute, type Route } from '../src/ui/router.svelte';
import { FakeBrowser, FakeClock, FakeServer, ann, ben, channel, settle } from './fakes';

class FakeRouter {
  path = '/channels/general';

  get route(): Route {
    return parseRoute(this.path);
  }

  navigate(path: string): void {
    this.path = path;
  }
}

let clock: FakeClock;
let server: FakeServer;
let browser: FakeBrowser;
let client: Client;
let router: FakeRouter;
let places: Map<string, unknown>;
let lost: LostChannel;
let removals: number;

beforeEach(async () => {
  clock = new FakeClock();
  server = new FakeServer();
  browser = new FakeBrowser();
  router = new FakeRouter();
  places = new Map();
  removals = 0;
  client = new Client({
    ...server.environment(clock),
    api: new Api(() => new Promise(() => undefined)),
    requestFrame: () => () => undefined,
    unsent: browser.store,
    tabs: browser.tab(),
  });
  lost = new LostChannel({ client, router, places });
  client.start();
  await ready(channel('general', { position: 1 }), channel('den', { position: 2 }));
});

async function ready(...channels: Channel[]): Promise<void> {
  server.last.hello();
  const feeds = Object.fromEntries(channels.map(({ id }) => [`channel:${id}`, 1]));
  server.last.ready({ ...feeds, [`user:${ann.id}`]: 0 }, 'c0', { channels, users: [ann, ben] });
  await clock.advance(100);
}

function remove(channelId: string, reason: MembershipRemoved['reason']): void {
  removals += 1;
  const at = { id: `e${removals}`, feed: `user:${ann.id}`, seq: removals };
  server.last.say({ op: 'dispatch', t: 'membership.removed', d: { channel_id: channelId, reason }, ...at });
}

describe('losing a channel', () => {
  test('the view goes home at once, and says why', async () => {
    client.openChannel('general');
    places.set('general', 'a place');
    client.drafts.set('general', 'half a thought');
    remove('general', 'removed');
    expect(router.path).toBe('/');
    expect(lost.notice).toBe('You are no longer a member of #general.');
    expect(client.histories.find('general')).toBeUndefined();
    expect(places.size).toBe(0);
    await settle();
    expect([...(await browser.store.drafts(ann.id)).keys()]).toEqual([]);
    lost.dismiss();
    expect(lost.notice).toBe('');
  });

  test('the loss of another channel moves nothing', () => {
    remove('den', 'removed');
    expect(router.path).toBe('/channels/general');
  });

  test('a deleted channel is said to be deleted; one that somebody left themselves is not spoken of', () => {
    remove('den', 'channel_deleted');
    expect(lost.notice).toBe('#den was deleted.');
    remove('general', 'left');
    expect([lost.notice, router.path]).toEqual(['', '/']);
  });

  test('what was lost while away is noticed at a fresh start', async () => {
    server.last.close(1006);
    await clock.advance(60_000);
    await ready(channel('den'));
    expect([lost.notice, router.path]).toEqual(['You are no longer a member of #general.', '/']);
  });

  test('a fresh start of somebody else is no loss', async () => {
    client.forget();
    client.start();
    await ready(channel('den'));
    expect([lost.notice, router.path]).toEqual(['', '/channels/general']);
  });

  test('a voice channel has no hash', async () => {
    server.last.close(1006);
    await clock.advance(60_000);
    await ready(channel('general'), channel('den'), channel('Lounge', { kind: 'voice' }));
    remove('Lounge', 'removed');
    expect([lost.notice, router.path]).toEqual([
      'You are no longer a member of Lounge.',
      '/channels/general',
    ]);
  });
});

describe('browsing', () => {
  function pagesOf(...pages: (ChannelsPage | ApiError)[]): Joinable {
    const asked: (string | null)[] = [];
    return new Joinable(
      {
        channelsToJoin: (kind, after) => {
          expect(kind).toBe('voice');
          asked.push(after);
          const page = pages[asked.length - 1]!;
          return page instanceof ApiError ? Promise.reject(page) : Promise.resolve(page);
        },
      },
      'voice',
    );
  }

  test('all pages are asked for and shown by position', async () => {
    const [first, second, third] = [9, 3, 5].map((position) => channel(`at ${position}`, { position }));
    const joinable = pagesOf(
      { channels: [first!, second!], next: 'at 3' },
      { channels: [third!], next: null },
    );
    await joinable.load();
    expect(joinable.channels.map(({ id }) => id)).toEqual(['at 3', 'at 5', 'at 9']);
    expect([joinable.loading, joinable.problem]).toEqual([false, '']);
  });

  test('a failure is told and can be tried again', async () => {
    const joinable = pagesOf(new ApiError('network', 'No server.'), { channels: [channel('a')], next: null });
    await joinable.load();
    expect([joinable.problem, joinable.channels.length]).toEqual(['No server.', 0]);
    await joinable.load();
    expect([joinable.problem, joinable.channels.length]).toEqual(['', 1]);
  });
});

test('only what was changed is sent, so that nobody else is overruled', () => {
  const before = formOf(channel('general', { topic: 'Food' }));
  expect(changeOf(before, { ...before })).toEqual({});
  expect(changeOf(before, { ...before, topic: '', is_default: false })).toEqual({
    topic: '',
    is_default: false,
  });
});

test('whoever has what was typed in a name, and is not in the channel, can be added', () => {
  const users: User[] = ['Zoe', 'Änne', 'Anton'].map((name, number) => ({
    ...ben,
    id: `u${number}`,
    user_name: `user${number}`,
    display_name: name,
  }));
  const names = (typed: string, ...members: string[]): string[] =>
    candidatesFor(typed, users, new Set(members)).map(({ display_name: name }) => name);
  expect(names('')).toEqual([]);
  expect(names(' AN ')).toEqual(['Anton']);
  expect(names('user')).toEqual(['Änne', 'Anton', 'Zoe']);
  expect(names('user', 'u0')).toEqual(['Änne', 'Anton']);
  const many = Array.from({ length: 20 }, (_, number) => ({ ...ben, id: `m${number}` }));
  expect(candidatesFor('ben', many, new Set()).length).toBe(6);
});
