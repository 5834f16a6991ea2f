/** What the client knows, and the pure rules by which a snapshot and events become it. */
import { changeMember, type MemberList } from './members';
import { TYPING_LASTS_MS } from './policy';
import { beginReading, readUpTo, takeMessage, type ReadStates } from './read_states';
import type {
  Channel,
  Dispatch,
  Dispatches,
  Instance,
  Message,
  Participant,
  Ready,
  Resumed,
  Room,
  User,
  UserSettings,
} from './protocol.generated';

export interface State {
  /** The public switches; null until they have come. */
  readonly instance: Instance | null;
  readonly user: User | null;
  /** What the user has chosen, as the server has it; null until that has come. */
  readonly settings: UserSettings | null;
  readonly channels: ReadonlyMap<string, Channel>;
  /** How far the user has read each text channel they are in. */
  readonly readStates: ReadStates;
  readonly users: ReadonlyMap<string, User>;
  readonly online: ReadonlySet<string>;
  readonly rooms: ReadonlyMap<string, Room>;
  /** Rooms whose `rev` jumped, and those of channels that are new here: to be asked for. */
  readonly roomsToMend: ReadonlySet<string>;
  /** By channel and user: until when (client clock, ms) somebody counts as typing. */
  readonly typing: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly members: ReadonlyMap<string, MemberList>;
}

export const emptyState: State = {
  instance: null,
  user: null,
  settings: null,
  channels: new Map(),
  readStates: new Map(),
  users: new Map(),
  online: new Set(),
  rooms: new Map(),
  roomsToMend: new Set(),
  typing: new Map(),
  members: new Map(),
};

/** The state of a fresh start: nothing of the old one stays. */
export function fromReady({ user, snapshot }: Ready): State {
  return {
    ...emptyState,
    instance: snapshot.instance,
    user,
    settings: snapshot.settings,
    channels: byId(snapshot.channels),
    readStates: byChannel(snapshot.read_states),
    users: byId(snapshot.users).set(user.id, user),
    online: new Set(snapshot.presence),
    rooms: byChannel(snapshot.rooms),
  };
}

/**
 * After a resume the ephemeral part is new; the durable part follows as dispatches. A server that has just started
 * knows only those who are back already: the others are shown as they were until `presence.settled`.
 */
export function fromResumed(state: State, resumed: Resumed): State {
  return {
    ...state,
    online: resumed.presence_settled
      ? new Set(resumed.presence)
      : changedSet(state.online, resumed.presence, []),
    rooms: byChannel(resumed.rooms),
    roomsToMend: new Set(),
    typing: new Map(),
  };
}

type Reducer<Data> = (state: State, d: Data, at: { seq: number; feed: string; now: number }) => State;

/** The dispatches the state follows; the others are the histories' business, or between the pages of a call. */
type StateDispatch = Exclude<
  keyof Dispatches,
  | 'message.edited'
  | 'message.deleted'
  | 'voice.signal'
  | 'voice.holder_asked'
  | 'voice.superseded'
  | 'voice.kicked'
  | 'voice.verdicts_changed'
  | 'voice.sent_on'
>;

const reducers: { [T in StateDispatch]: Reducer<Dispatches[T]> } = {
  'user.created': (state, { user }) => putUser(state, user),
  'user.updated': (state, { user }) => putUser(state, user),
  'user_settings.updated': (state, { settings }) => putSettings(state, settings),
  'instance.updated': (state, { instance }) => ({ ...state, instance }),
  'membership.added': (state, { channel, seq }) => enterChannel(state, channel, seq),
  'membership.removed': (state, d) => dropChannel(state, d.channel_id),
  'channel.updated': (state, { channel }) => putChannel(state, channel),
  'channel.member_added': (state, d, at) => moveMember(state, d.user_id, true, at),
  'channel.member_removed': (state, d, at) => moveMember(state, d.user_id, false, at),
  'message.posted': (state, { message }) => takePosted(state, message),
  'read_state.updated': (state, d) => markRead(state, d.channel_id, d.read_seq),
  'presence.changed': (state, d) => ({ ...state, online: changedSet(state.online, d.online, d.offline) }),
  'presence.settled': (state, { online }) => ({ ...state, online: new Set(online) }),
  'typing.started': (state, d, { now }) => startTyping(state, d.channel_id, d.user_id, now),
  'voice.participant_joined': (state, d) => putParticipant(state, d.channel_id, d.rev, d.participant),
  'voice.participant_updated': (state, d) => putParticipant(state, d.channel_id, d.rev, d.participant),
  'voice.participant_left': (state, d) =>
    changeRoom(state, d.channel_id, d.rev, (all) => all.filter(({ id }) => id !== d.participant_id)),
  'voice.room_settled': (state, d) => putRoom(state, d),
};

/** Applies one dispatch; `now` is the client's clock. A dispatch this client does not know changes nothing. */
export function reduce(state: State, dispatch: Dispatch, now: number): State {
  if (!Object.hasOwn(reducers, dispatch.t)) return state;
  const reducer = reducers[dispatch.t as StateDispatch] as Reducer<unknown>;
  return reducer(state, dispatch.d, { seq: dispatch.seq ?? 0, feed: dispatch.feed ?? '', now });
}

/** Adds profiles that came beside something else. Those known are kept: events keep them newer than any page. */
export function addUsers(state: State, users: readonly User[]): State {
  const unknown = users.filter(({ id }) => !state.users.has(id));
  if (unknown.length === 0) return state;
  const all = new Map(state.users);
  for (const user of unknown) all.set(user.id, user);
  return { ...state, users: all };
}

/** The user has read a channel up to a seq, here or on another device. */
export function markRead(state: State, channelId: string, seq: number): State {
  const readStates = readUpTo(state.readStates, channelId, seq);
  return readStates === state.readStates ? state : { ...state, readStates };
}

/** Settings as the server has them; those of a lower `rev` are older than what is known. */
export function putSettings(state: State, settings: UserSettings): State {
  return state.settings && settings.rev <= state.settings.rev ? state : { ...state, settings };
}

/** A room asked for because its `rev` jumped. An answer older than what has come since mends nothing: it is asked for again. */
export function putRoom(state: State, room: Room): State {
  const known = state.rooms.get(room.channel_id);
  if (known && known.rev > room.rev)
    return { ...state, roomsToMend: changedSet(state.roomsToMend, [room.channel_id], []) };
  return {
    ...state,
    rooms: new Map(state.rooms).set(room.channel_id, room),
  };
}

/** A room is being asked for: it need not be asked for again. */
export function mendingRoom(state: State, channelId: string): State {
  return { ...state, roomsToMend: changedSet(state.roomsToMend, [], [channelId]) };
}

/** Forgets who has stopped typing without saying so. */
export function pruneTyping(state: State, now: number): State {
  const typing = new Map<string, ReadonlyMap<string, number>>();
  for (const [channelId, users] of state.typing) {
    const still = [...users].filter(([, until]) => until > now);
    if (still.length > 0) typing.set(channelId, new Map(still));
  }
  return { ...state, typing };
}

export function putMembers(state: State, channelId: string, list: MemberList): State {
  return { ...state, members: new Map(state.members).set(channelId, list) };
}

function putUser(state: State, user: User): State {
  const self = state.user?.id === user.id ? user : state.user;
  return { ...state, user: self, users: new Map(state.users).set(user.id, user) };
}

function putChannel(state: State, channel: Channel): State {
  return { ...state, channels: new Map(state.channels).set(channel.id, channel) };
}

/** Who is in the room of a new voice channel is told to who asks. */
function enterChannel(state: State, channel: Channel, seq: number): State {
  const entered = putChannel(state, channel);
  if (channel.kind !== 'voice')
    return { ...entered, readStates: beginReading(state.readStates, channel.id, seq) };
  return { ...entered, roomsToMend: changedSet(entered.roomsToMend, [channel.id], []) };
}

function dropChannel(state: State, channelId: string): State {
  return {
    ...state,
    channels: without(state.channels, channelId),
    readStates: without(state.readStates, channelId),
    rooms: without(state.rooms, channelId),
    typing: without(state.typing, channelId),
    members: without(state.members, channelId),
    roomsToMend: changedSet(state.roomsToMend, [], [channelId]),
  };
}

function moveMember(
  state: State,
  userId: string,
  present: boolean,
  at: { seq: number; feed: string },
): State {
  const channelId = at.feed.slice('channel:'.length);
  const list = state.members.get(channelId);
  return list ? putMembers(state, channelId, changeMember(list, userId, present, at.seq)) : state;
}

function startTyping(state: State, channelId: string, userId: string, now: number): State {
  if (userId === state.user?.id) return state;
  const users = new Map(state.typing.get(channelId)).set(userId, now + TYPING_LASTS_MS);
  return { ...state, typing: new Map(state.typing).set(channelId, users) };
}

function takePosted(state: State, message: Message): State {
  const silent = stopTyping(state, message.channel_id, message.author_id);
  const readStates = takeMessage(state.readStates, message, state.user?.id);
  return readStates === state.readStates ? silent : { ...silent, readStates };
}

function stopTyping(state: State, channelId: string, userId: string): State {
  const users = state.typing.get(channelId);
  if (!users?.has(userId)) return state;
  return { ...state, typing: new Map(state.typing).set(channelId, without(users, userId)) };
}

function putParticipant(state: State, channelId: string, rev: number, participant: Participant): State {
  return changeRoom(state, channelId, rev, (all) => {
    const known = all.some(({ id }) => id === participant.id);
    return known
      ? all.map((each) => (each.id === participant.id ? participant : each))
      : [...all, participant];
  });
}

/** Changes a roster by one `rev`; an older one is dropped, a jump is applied and marked for mending. */
function changeRoom(
  state: State,
  channelId: string,
  rev: number,
  change: (participants: Participant[]) => Participant[],
): State {
  const room = state.rooms.get(channelId) ?? {
    channel_id: channelId,
    rev: rev - 1,
    settled: true,
    participants: [],
  };
  if (rev <= room.rev) return state;
  const changed = { ...room, rev, participants: change(room.participants) };
  const jumped = rev > room.rev + 1;
  return {
    ...state,
    rooms: new Map(state.rooms).set(channelId, changed),
    roomsToMend: jumped ? changedSet(state.roomsToMend, [channelId], []) : state.roomsToMend,
  };
}

function byId<T extends { id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

function byChannel<T extends { channel_id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.channel_id, item]));
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

function changedSet(
  set: ReadonlySet<string>,
  added: readonly string[],
  removed: readonly string[],
): ReadonlySet<string> {
  const changed = new Set(set);
  for (const item of removed) changed.delete(item);
  for (const item of added) changed.add(item);
  return changed;
}
