/** What the administration page says: of an invite, of an act. */
import { expect, test } from 'vitest';
import { settle } from './fakes';
import type { AuditEntry, Invite } from '../src/core/admin_api';
import { auditText } from '../src/ui/admin/audit_text';
import { callersIn, callersText } from '../src/ui/admin/callers';
import { Pages } from '../src/ui/admin/pages.svelte';
import { RelayCheck, type IceAdministration } from '../src/ui/admin/relay_check.svelte';
import { endOf, stateOf, usesText } from '../src/ui/admin/invite_terms';

const NOON = Date.parse('2026-01-01T12:00:00Z');
const invite: Invite = {
  id: 'i1',
  created_by: 'u1',
  created_at: '2026-01-01T11:00:00Z',
  expires_at: '2026-01-01T13:00:00Z',
  max_uses: 2,
  uses: 1,
  revoked_at: null,
};
const names = {
  user: (id: string) =>
    ({
      u1: { user_name: 'ann', display_name: 'ann' },
      u2: { user_name: 'ben', display_name: 'ann) disabled @cleo (' },
    })[id],
  channel: (id: string) => ({ c1: 'plans' })[id],
};

function said(over: Partial<AuditEntry>): string {
  const entry = { number: 1, happened_at: '', actor_id: 'u1', subject_id: null, detail: {}, action: '' };
  return auditText({ ...entry, ...over }, names);
}

test('an invite is over by time, by number or by being revoked', () => {
  expect(endOf(invite, NOON)).toBeNull();
  expect(endOf(invite, NOON + 3_600_000)).toBe('expired');
  expect(endOf({ ...invite, uses: 2 }, NOON)).toBe('used up');
  expect(endOf({ ...invite, revoked_at: '2026-01-01T11:30:00Z' }, NOON)).toBe('revoked');
  expect(endOf({ ...invite, expires_at: null, max_uses: null, uses: 900 }, NOON + 1e12)).toBeNull();
});

test('its state says how many came, and until when', () => {
  expect(stateOf({ ...invite, uses: 2 }, NOON)).toBe('2 of 2 came · used up');
  expect(stateOf({ ...invite, expires_at: null, max_uses: null }, NOON)).toBe('1 came · no end');
  expect([usesText(1), usesText(5), usesText(null)]).toEqual(['1 person', '5 people', 'any number']);
});

test('an act is a sentence with names', () => {
  expect(said({ action: 'user_disabled', subject_id: 'u2' })).toBe(
    '@ann disabled @ben (\u2068ann) disabled @cleo (\u2069).',
  );
  expect(said({ action: 'role_changed', subject_id: 'u2', detail: { role: 'administrator' } })).toBe(
    '@ann gave @ben (\u2068ann) disabled @cleo (\u2069) the role Administrator.',
  );
  expect(said({ action: 'reset_link_made', actor_id: null, subject_id: 'gone' })).toBe(
    'The operator made a reset link for somebody.',
  );
  expect(said({ action: 'administrator_created', subject_id: 'u1' })).toBe('@ann set this instance up.');
  expect(said({ action: 'settings_changed', detail: { registration_mode: 'open', name: 'x' } })).toBe(
    '@ann changed the settings: registration_mode = open, name = x.',
  );
  expect(said({ action: 'of_a_newer_server' })).toBe('@ann: of_a_newer_server');
});

test('whoever takes the display name of another has a user name of their own, and it comes first', () => {
  const imitation = { user_name: 'mallory', display_name: 'ann' };
  const entry = { number: 1, happened_at: '', actor_id: 'u3', subject_id: 'u2', detail: {} };
  const text = auditText({ ...entry, action: 'user_enabled' }, { ...names, user: () => imitation });
  expect(text).toBe('@mallory (\u2068ann\u2069) enabled @mallory (\u2068ann\u2069).');
});

test('a channel is named where its name may be known', () => {
  const added = { action: 'member_added', subject_id: 'u2' };
  expect(said({ ...added, detail: { channel_id: 'c1' } })).toBe(
    '@ann added @ben (\u2068ann) disabled @cleo (\u2069) to plans.',
  );
  expect(said({ ...added, detail: { channel_id: 'c2' } })).toBe(
    '@ann added @ben (\u2068ann) disabled @cleo (\u2069) to a private channel.',
  );
  expect(said({ action: 'channel_deleted', subject_id: 'c3', detail: { name: 'old' } })).toBe(
    '@ann deleted the channel old.',
  );
});

test('before voice is switched off one is told how many are in calls, each person once', () => {
  const participant = (id: string, user_id: string) => ({
    ...{ id, user_id, device: 'Chrome', muted: false, deafened: false, sends_audio: true },
    muted_by_administrator: false,
    connection: 'connected' as const,
  });
  const room = (channel_id: string, ...users: string[]) => ({
    ...{ channel_id, rev: 1, settled: true },
    participants: users.map((user) => participant(`${channel_id} ${user}`, user)),
  });
  const rooms = new Map([
    ['lounge', room('lounge', 'ann', 'ben')],
    ['attic', room('attic', 'ben')],
    ['empty', room('empty')],
  ]);
  expect(callersIn({ rooms })).toBe(2);
  expect([0, 1, 2].map(callersText)).toEqual([
    'Nobody is in a call in your channels.',
    '1 person is in a call in your channels.',
    '2 people are in calls in your channels.',
  ]);
});

test('a list that is refreshed keeps as much as was shown, and stays until it has come', async () => {
  let people = ['ann', 'ben', 'cleo', 'dan', 'eve'];
  const asked: ((page: void) => void)[] = [];
  const pages = new Pages<string, number>(async (place) => {
    await new Promise<void>((resolve) => asked.push(resolve));
    const from = place ?? 0;
    return { items: people.slice(from, from + 2), next: from + 2 < people.length ? from + 2 : null };
  });
  const answer = async (): Promise<void> => {
    asked.shift()?.();
    await settle();
  };
  void pages.refresh();
  await settle();
  await answer();
  expect(pages.items).toEqual(['ann', 'ben']);
  void pages.more();
  await settle();
  people = ['abe', ...people];
  void pages.refresh(); // while the other page is on its way
  await answer();
  expect(pages.items).toEqual(['ann', 'ben', 'ben', 'cleo']);
  await answer();
  expect(pages.items).toHaveLength(4);
  await answer();
  expect([pages.items, pages.hasMore, asked]).toEqual([['abe', 'ann', 'ben', 'cleo'], true, []]);
});

test('a list that is followed is loaded anew only once something stands above it', async () => {
  let entries = [3, 2, 1];
  let loads = 0;
  const pages = new Pages<number, number>(() => {
    loads += 1;
    return Promise.resolve({ items: entries, next: null });
  });
  const same = (one: number, other: number): boolean => one === other;
  await pages.restart();
  await pages.follow(same);
  expect([pages.items, loads]).toEqual([[3, 2, 1], 2]);
  entries = [4, 3, 2, 1];
  await pages.follow(same);
  expect([pages.items, loads]).toEqual([[4, 3, 2, 1], 4]);
});

test('a check shows what was found, and what is known of the provider after it', async () => {
  const failing = { since: '2026-01-01T12:00:00.000Z', reason: 'it answered 500' };
  const bad = { works: false, sentence: 'It gave nothing.', urls: [] };
  let answer: () => Promise<typeof bad> = () => Promise.resolve(bad);
  let health = { provider: 'metered', failing: null as typeof failing | null };
  const api: IceAdministration = {
    iceHealth: () => Promise.resolve(health),
    checkIceServers: () => answer(),
  };
  const check = new RelayCheck(api);
  await check.load();
  expect(check.health?.failing).toBeNull();
  health = { ...health, failing };
  const running = check.run();
  expect([check.submission.busy, check.found]).toEqual([true, null]);
  await running;
  expect([check.found, check.health?.failing]).toEqual([bad, failing]);
  answer = () => Promise.reject(new Error('no'));
  await check.run();
  expect(check.found).toBeNull();
  expect(check.submission.problem).not.toBe('');
});
