/** The state's rules: snapshot and events, in every order they may come. */
import { expect, test } from 'vitest';
import { addMembersPage, memberIds, noMembers } from '../src/core/members';
import { isUnread } from '../src/core/read_states';
import type { Dispatch, Participant, Ready, Resumed, Room } from '../src/core/protocol.generated';
import {
  addUsers,
  emptyState,
  fromReady,
  fromResumed,
  markRead,
  pruneTyping,
  putMembers,
  putRoom,
  putSettings,
  reduce,
  type State,
} from '../src/core/state';
import { ann, ben, channel, message, posted } from './fakes';

const ready: Ready = {
  op: 'ready',
  user: ann,
  cursor: 'c0',
  snapshot: {
    instance: { name: 'Home', registration_mode: 'invite', voice_enabled: true },
    settings: { rev: 2, theme: 'dark' },
    read_states: [{ channel_id: 'general', read_seq: 3, last_seq: 5 }],
    channels: [channel('general'), channel('lounge', { kind: 'voice' })],
    users: [ann, ben],
    feeds: {},
    presence: [ann.id],
    rooms: [],
  },
};

function participant(id: string, over: Partial<Participant> = {}): Participant {
  const flags = { muted: false, deafened: false, sends_audio: true, connection: 'connected' } as const;
  return { id, user_id: ben.id, device: 'Test', muted_by_administrator: false, ...flags, ...over };
}

function after(state: State, ...events: [t: string, d: unknown, seq?: number][]): State {
  const dispatches = events.map(([t, d, seq]): Dispatch => ({
    op: 'dispatch',
    t,
    d,
    ...(seq === undefined ? {} : { id: `e${seq}`, feed: 'channel:general', seq }),
  }));
  return dispatches.reduce((before, dispatch) => reduce(before, dispatch, 1_000), state);
}

const start = fromReady(ready);

test('a fresh start is the snapshot and nothing else', () => {
  const old = after(start, ['membership.added', { channel: channel('old'), seq: 1 }]);
  expect(old.channels.has('old')).toBe(true);
  expect(start.user).toEqual(ann);
  expect([...start.channels.keys()]).toEqual(['general', 'lounge']);
  expect([...start.online]).toEqual([ann.id]);
});

test('profiles come, change, and change oneself', () => {
  const renamed = { ...ann, display_name: 'Ann B.' };
  const cleo = { ...ben, id: 'u-cleo' };
  const state = after(start, ['user.created', { user: cleo }], ['user.updated', { user: renamed }]);
  expect(state.users.get('u-cleo')).toEqual(cleo);
  expect(state.user).toEqual(renamed);
});

test('the switches of the instance follow what an administrator does', () => {
  expect(start.instance?.voice_enabled).toBe(true);
  const instance = { name: 'Home', registration_mode: 'open', voice_enabled: false } as const;
  expect(after(start, ['instance.updated', { instance }]).instance).toEqual(instance);
});

test('the newest settings count, in whichever order they come', () => {
  const [old, newer] = [{ rev: 3, theme: 'light' } as const, { rev: 5, theme: 'system' } as const];
  expect(start.settings).toEqual({ rev: 2, theme: 'dark' });
  const followed = after(start, ['user_settings.updated', { settings: newer }]);
  expect(followed.settings).toEqual(newer);
  expect(putSettings(followed, old)).toBe(followed);
  expect(putSettings(start, newer).settings).toEqual(newer);
});

test('what others write is unread, what one writes oneself has been read with all above it', () => {
  const at = (state: State) => state.readStates.get('general');
  expect(isUnread(at(start))).toBe(true);
  const read = after(start, ['read_state.updated', { channel_id: 'general', read_seq: 5 }]);
  expect([at(read), isUnread(at(read))]).toEqual([
    { channel_id: 'general', read_seq: 5, last_seq: 5 },
    false,
  ]);
  expect(markRead(read, 'general', 4)).toBe(read);
  const others = after(read, ['message.posted', { message: message(7) }, 7]);
  expect(isUnread(at(others))).toBe(true);
  const own = after(others, ['message.posted', { message: message(8, { author_id: ann.id }) }, 8]);
  expect(at(own)).toEqual({ channel_id: 'general', read_seq: 8, last_seq: 8 });
});

test('a channel one comes into has nothing unread, and one that is lost nothing at all', () => {
  const inside = after(start, ['membership.added', { channel: channel('new'), seq: 9 }]);
  expect(inside.readStates.get('new')).toEqual({ channel_id: 'new', read_seq: 9, last_seq: 9 });
  const lounge = after(start, [
    'membership.added',
    { channel: channel('lounge2', { kind: 'voice' }), seq: 9 },
  ]);
  expect(lounge.readStates).toBe(start.readStates);
  const lost = after(inside, ['membership.removed', { channel_id: 'new', reason: 'left' }]);
  expect(lost.readStates.has('new')).toBe(false);
  expect(markRead(lost, 'new', 12)).toBe(lost);
});

test('a profile that came beside a page does not overwrite what events have brought', () => {
  const stale = { ...ben, display_name: 'Benjamin' };
  expect(addUsers(start, [stale])).toBe(start);
  expect(addUsers(start, [{ ...ben, id: 'u-new' }]).users.has('u-new')).toBe(true);
});

test('losing a channel loses all that belongs to it', () => {
  const full = after(
    start,
    ['typing.started', { channel_id: 'lounge', user_id: ben.id }],
    ['voice.participant_joined', { channel_id: 'lounge', rev: 1, participant: participant('p1') }],
  );
  const state = after(full, ['membership.removed', { channel_id: 'lounge' }]);
  expect([state.channels, state.rooms, state.typing].map((map) => map.has('lounge'))).toEqual([
    false,
    false,
    false,
  ]);
});

test('presence goes both ways in one frame', () => {
  const state = after(start, ['presence.changed', { online: [ben.id], offline: [ann.id] }]);
  expect([...state.online]).toEqual([ben.id]);
});

test('somebody types until five seconds of silence or the message, and one never sees oneself', () => {
  const typing = after(start, ['typing.started', { channel_id: 'general', user_id: ben.id }]);
  expect(typing.typing.get('general')?.get(ben.id)).toBe(6_000);
  expect(pruneTyping(typing, 5_999).typing.has('general')).toBe(true);
  expect(pruneTyping(typing, 6_000).typing.has('general')).toBe(false);
  const sent = reduce(typing, posted(message(1)), 2_000);
  expect(sent.typing.get('general')?.has(ben.id)).toBe(false);
  expect(after(start, ['typing.started', { channel_id: 'general', user_id: ann.id }])).toBe(start);
});

test('a roster follows join, update and leave', () => {
  const joined = after(
    start,
    ['voice.participant_joined', { channel_id: 'lounge', rev: 7, participant: participant('p1') }],
    ['voice.participant_joined', { channel_id: 'lounge', rev: 8, participant: participant('p2') }],
    [
      'voice.participant_updated',
      { channel_id: 'lounge', rev: 9, participant: participant('p1', { muted: true }) },
    ],
  );
  expect(joined.rooms.get('lounge')?.participants.map(({ id, muted }) => [id, muted])).toEqual([
    ['p1', true],
    ['p2', false],
  ]);
  const left = after(joined, [
    'voice.participant_left',
    { channel_id: 'lounge', rev: 10, participant_id: 'p1' },
  ]);
  expect(left.rooms.get('lounge')?.participants.map(({ id }) => id)).toEqual(['p2']);
  expect(left.roomsToMend.size).toBe(0);
});

test('the room of a voice channel one was added to is to be asked for, that of a text channel is not', () => {
  const added = after(
    start,
    ['membership.added', { channel: channel('den', { kind: 'voice' }), seq: 1 }],
    ['membership.added', { channel: channel('news'), seq: 1 }],
  );
  expect([...added.roomsToMend]).toEqual(['den']);
  expect(after(added, ['membership.removed', { channel_id: 'den' }]).roomsToMend.size).toBe(0);
});

test('an old rev changes nothing, a jump is applied and marked for mending', () => {
  const joined = after(start, [
    'voice.participant_joined',
    { channel_id: 'lounge', rev: 3, participant: participant('p1') },
  ]);
  const old = after(joined, [
    'voice.participant_left',
    { channel_id: 'lounge', rev: 3, participant_id: 'p1' },
  ]);
  expect(old).toBe(joined);
  const jumped = after(joined, [
    'voice.participant_joined',
    { channel_id: 'lounge', rev: 6, participant: participant('p2') },
  ]);
  expect([...jumped.roomsToMend]).toEqual(['lounge']);
  const mended = putRoom(jumped, {
    channel_id: 'lounge',
    rev: 7,
    settled: true,
    participants: [participant('p3')],
  });
  expect(mended.rooms.get('lounge')?.participants.map(({ id }) => id)).toEqual(['p3']);
  const stale = putRoom(mended, { channel_id: 'lounge', rev: 5, settled: true, participants: [] });
  expect(stale.rooms).toBe(mended.rooms);
  expect([...stale.roomsToMend]).toEqual(['lounge']);
});

function resumed(presence: string[], presence_settled: boolean, rooms: Room[] = []): Resumed {
  return { op: 'resumed', cursor: 'c', presence, presence_settled, rooms };
}

test('a resume renews presence and rooms and leaves the rest', () => {
  const typing = after(start, ['typing.started', { channel_id: 'general', user_id: ben.id }]);
  const room = { channel_id: 'lounge', rev: 1, settled: false, participants: [participant('p9')] };
  const state = fromResumed(typing, resumed([ben.id], true, [room]));
  expect([...state.online]).toEqual([ben.id]);
  expect(state.rooms.get('lounge')).toEqual(room);
  expect(state.typing.size).toBe(0);
  expect(state.channels).toBe(typing.channels);
});

test('after a start of the server nobody goes offline before presence has settled', () => {
  const before = after(start, ['presence.changed', { online: [ben.id, 'u-cleo'], offline: [] }]);
  const back = fromResumed(before, resumed([ann.id, 'u-dan'], false));
  expect([...back.online].sort()).toEqual([ann.id, ben.id, 'u-cleo', 'u-dan'].sort());
  const again = fromResumed(back, resumed([ann.id], false));
  expect(again.online).toEqual(back.online);
  const settled = after(again, ['presence.settled', { online: [ann.id, ben.id] }]);
  expect([...settled.online]).toEqual([ann.id, ben.id]);
  expect([...fromResumed(again, resumed([ben.id], true)).online]).toEqual([ben.id]);
});

test('members: events newer than a page win over it, whichever comes first', () => {
  const page = addMembersPage(noMembers, [ann.id, ben.id], 10, true);
  const loaded = putMembers(start, 'general', page);
  const removed = after(loaded, ['channel.member_removed', { user_id: ben.id }, 11]);
  expect(memberIds(removed.members.get('general')!)).toEqual([ann.id]);
  const again = addMembersPage(removed.members.get('general')!, [ann.id, ben.id], 10, true);
  expect(memberIds(again)).toEqual([ann.id]);
  const returned = after(removed, ['channel.member_added', { user_id: ben.id }, 12]);
  expect(memberIds(returned.members.get('general')!)).toEqual([ann.id, ben.id]);
});

test('a dispatch of a newer server is ignored', () => {
  expect(after(emptyState, ['reaction.added', {}], ['toString', {}])).toBe(emptyState);
});
