/** The client without its face: gateway, state, histories and outbox put together, and the steps a person can take. */
import { ApiError, type Api, type HistoryPage } from './api';
import type { Clock } from './clock';
import type { RequestFrame } from './commit_schedule';
import { Drafts } from './drafts';
import { Edits } from './edits';
import { Emitter } from './emitter';
import { Gateway, type GatewayEnvironment, type StateChange } from './gateway';
import { Histories } from './histories';
import { MemberLoader } from './member_loader';
import { Outbox } from './outbox';
import type {
  Channel,
  Dispatch,
  MembershipRemoved,
  Message,
  MessagePosted,
  Ready,
  Room,
  VoiceParticipantJoined,
} from './protocol.generated';
import { addUsers, emptyState, fromReady, fromResumed, markRead, mendingRoom, putRoom } from './state';
import { ReadReports } from './read_reports';
import { firstUnread } from './read_states';
import { Reading } from './reading';
import { Store } from './store';
import type { Tabs } from './tabs';
import { TypingSignal } from './typing_signal';
import type { UnsentStore } from './unsent_store';
import { UserDirectory } from './user_directory';

export interface ClientEnvironment extends GatewayEnvironment {
  api: Api;
  clock: Clock;
  requestFrame: RequestFrame;
  unsent: UnsentStore;
  tabs: Tabs;
}

export interface ClientEvents {
  /** One is no longer a member of a channel; what was kept of it is gone. */
  channelLost: { channel: Channel; reason: MembershipRemoved['reason'] };
  /** Another user has logged in in this browser, and the page starts anew for them. */
  userChanged: undefined;
}

export class Client {
  readonly events = new Emitter<ClientEvents>();
  readonly api: Api;
  readonly gateway: Gateway;
  readonly store: Store;
  readonly histories: Histories;
  readonly outbox: Outbox;
  readonly edits: Edits;
  readonly reading: Reading;
  readonly typing: TypingSignal;
  readonly drafts: Drafts;
  readonly #directory: UserDirectory;
  readonly #members: MemberLoader;
  #openChannelId: string | null = null;
  #hasBeenLive = false;
  readonly #unsent: UnsentStore;

  constructor(env: ClientEnvironment) {
    const { api, clock, tabs, unsent } = env;
    this.api = api;
    this.#unsent = unsent;
    this.gateway = new Gateway(env);
    this.store = new Store(clock, env.requestFrame);
    this.histories = new Histories({
      api,
      arrived: (page) => this.#meetPage(page),
      changed: () => this.store.touch(),
    });
    this.outbox = new Outbox({
      post: async (channelId, nonce, text) => (await api.postMessage(channelId, nonce, text)).message,
      delivered: (message) => this.histories.receive(message),
      changed: () => this.store.touch(),
      clock,
      store: unsent,
      tabs,
    });
    this.drafts = new Drafts({ store: unsent, tabs, changed: () => this.store.touch() });
    this.edits = new Edits({
      edit: async (channelId, id, text) => (await api.editMessage(channelId, id, text)).message,
      edited: (message) => this.histories.receive(message),
      changed: () => this.store.touch(),
      store: unsent,
      tabs,
    });
    this.reading = new Reading({
      known: (channelId) => this.store.state.readStates.get(channelId)?.read_seq,
      seen: (channelId, seq) => this.store.change((state) => markRead(state, channelId, seq)),
      reports: new ReadReports({ clock, send: (channelId, seq) => api.markRead(channelId, seq) }),
    });
    this.typing = new TypingSignal(clock, (channelId) => {
      this.gateway.command('typing.start', { channel_id: channelId }).catch(() => undefined); // a courtesy
    });
    this.#directory = new UserDirectory({
      isKnown: (id) => this.store.state.users.has(id),
      load: async (id) => (await api.user(id)).user,
      found: (user) => this.store.change((state) => addUsers(state, [user])),
    });
    this.#members = new MemberLoader(api, this.store);
    this.#listen();
  }

  /** Closing the page now would lose something somebody wrote. */
  get wouldLose(): boolean {
    return !this.#unsent.durable && !(this.outbox.isEmpty && this.drafts.size === 0 && !this.edits.anyTyped);
  }

  /** Opens the gateway, once somebody is logged in. */
  start(): void {
    this.gateway.start();
  }

  /** Ends the login session and forgets everything it had brought. Rejects with an ApiError if the server cannot be told. */
  async logOut(): Promise<void> {
    await this.api.logOut();
    const userId = this.store.state.user?.id;
    this.forget();
    if (userId !== undefined) await this.#unsent.clear(userId);
  }

  /** Drops what the server has given; what was written and not sent waits for its author to come back. */
  forget(): void {
    this.gateway.stop();
    this.api.userId = null;
    this.histories.clear();
    this.outbox.close();
    this.drafts.close();
    this.edits.close();
    this.reading.clear();
    this.#openChannelId = null;
    this.#hasBeenLive = false;
    this.store.change(() => emptyState);
  }

  /** Asks whether the user of this page is still logged in in this browser. */
  async checkLogin(): Promise<void> {
    try {
      await this.api.me();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) return;
      if (error.code !== 'other_user') this.gateway.refuse('not_authenticated');
    }
  }

  /** A text channel comes on the screen. */
  openChannel(channelId: string): void {
    this.#openChannelId = channelId;
    this.histories.open(channelId, firstUnread(this.store.latest().readStates.get(channelId)));
    void this.#members.load(channelId);
  }

  /** Somebody looks at who is in a channel. */
  loadMembers(channelId: string): void {
    void this.#members.load(channelId);
  }

  /** Sends a message; it is in the outbox at once, and its draft goes after that: a page that ends in between keeps both. */
  send(channelId: string, text: string): void {
    this.outbox.send(channelId, text);
    this.drafts.set(channelId, '');
    this.typing.sent();
    void this.histories.find(channelId)?.jumpToPresent();
  }

  /** Takes a message that the server has refused back into the composer. */
  rewrite(channelId: string, nonce: string): void {
    const text = this.outbox.takeBack(nonce);
    if (text !== undefined) this.drafts.putBack(channelId, text);
  }

  /** Begins to edit the last message of one's own that is loaded; whether there is one. */
  editLast(channelId: string): boolean {
    const selfId = this.store.state.user?.id;
    const messages = this.histories.find(channelId)?.view.messages ?? [];
    const last = messages.findLast(({ author_id, deleted }) => author_id === selfId && !deleted);
    if (last) this.edits.begin(last);
    return last !== undefined;
  }

  /** Deletes a message; what is left of it is shown when this settles. Rejects with an ApiError. */
  async deleteMessage({ channel_id, id }: Message): Promise<void> {
    this.histories.receive((await this.api.deleteMessage(channel_id, id)).message);
  }

  #listen(): void {
    const { events } = this.gateway;
    this.api.events.on('otherUser', () => this.#startAnew());
    events.on('ready', (ready) => this.#startFresh(ready));
    events.on('resumed', (resumed) => {
      this.store.change((state) => fromResumed(state, resumed));
      this.#hurry();
      this.#meetRooms(resumed.rooms);
      if (this.#openChannelId !== null) this.openChannel(this.#openChannelId); // what could not be had while the line was cut
    });
    events.on('dispatch', (dispatch) => this.#take(dispatch));
    events.on('state', (change) => this.#follow(change));
    this.store.subscribe(() => this.#mendRooms());
  }

  /** The cookie is another user's by now: what is here is none of theirs, what was written and not sent waits for its author. */
  #startAnew(): void {
    this.events.emit('userChanged', undefined);
    this.forget();
    this.start();
  }

  #startFresh(ready: Ready): void {
    const before = this.store.state;
    if (before.user && before.user.id !== ready.user.id) return this.#startAnew();
    this.store.change(() => fromReady(ready));
    this.api.userId = ready.user.id;
    if (before.user) this.#missChannels(before.channels);
    void this.#openUnsent(ready.user.id);
    this.#hurry();
    this.#meetRooms(ready.snapshot.rooms);
    this.histories.restart(this.#openChannelId);
    this.#members.restart();
    if (this.#openChannelId !== null) void this.#members.load(this.#openChannelId);
  }

  /** The connection is back, and it is still the same user's: what waited goes out. */
  #hurry(): void {
    this.outbox.hurry();
    this.reading.hurry();
  }

  async #openUnsent(userId: string): Promise<void> {
    await Promise.all([this.outbox.open(userId), this.drafts.open(userId), this.edits.open(userId)]);
    if (this.store.state.user?.id === userId) this.#dropUnsent();
  }

  /** What was meant for a channel one has lost can never be sent. */
  #dropUnsent(): void {
    const isMember = (channelId: string): boolean => this.store.state.channels.has(channelId);
    this.outbox.dropExcept(isMember);
    this.drafts.dropExcept(isMember);
    this.edits.dropExcept(isMember);
  }

  #take(dispatch: Dispatch): void {
    if (dispatch.t === 'membership.removed') return this.#loseChannel(dispatch);
    this.store.push(dispatch);
    if (dispatch.t.startsWith('message.')) this.#takeMessage((dispatch.d as MessagePosted).message);
    if (dispatch.t === 'voice.participant_joined') {
      this.#directory.need([(dispatch.d as VoiceParticipantJoined).participant.user_id]);
    }
  }

  #loseChannel(dispatch: Dispatch): void {
    const { channel_id: channelId, reason } = dispatch.d as MembershipRemoved;
    const channel = this.store.latest().channels.get(channelId);
    this.store.push(dispatch);
    this.histories.drop(channelId);
    this.edits.cancel(channelId);
    this.outbox.dropExcept((id) => id !== channelId);
    this.drafts.dropExcept((id) => id !== channelId);
    if (this.#openChannelId === channelId) this.#openChannelId = null;
    if (channel) this.events.emit('channelLost', { channel, reason });
  }

  /** After a fresh start: those lost meanwhile, without word of why. */
  #missChannels(held: ReadonlyMap<string, Channel>): void {
    for (const [id, channel] of held)
      if (!this.store.state.channels.has(id)) this.events.emit('channelLost', { channel, reason: 'removed' });
  }

  #takeMessage(message: Message): void {
    this.histories.receive(message);
    this.edits.meet(message);
    if (message.author_id === this.store.state.user?.id) this.outbox.settle(message.nonce);
    else this.#directory.need([message.author_id]);
  }

  /** A page may hold what one's own request never got the answer to. */
  #meetPage({ messages, users }: HistoryPage): void {
    this.store.change((state) => addUsers(state, users));
    for (const message of messages) {
      this.edits.meet(message);
      if (message.author_id === this.store.state.user?.id) this.outbox.settle(message.nonce);
    }
  }

  #meetRooms(rooms: readonly Room[]): void {
    this.#directory.need(rooms.flatMap((room) => room.participants.map(({ user_id }) => user_id)));
  }

  #follow({ state, previous }: StateChange): void {
    if (state === 'live' && !this.#hasBeenLive) this.#arrive();
    // A proxy may refuse the upgrade to somebody who is not logged in, and the browser does not tell us why.
    if (state === 'waiting' && previous === 'connecting' && !this.#hasBeenLive) void this.checkLogin();
    this.store.touch();
  }

  /** The first connection of this page. Asking who one is makes the browser's cookie last its full time again. */
  #arrive(): void {
    this.#hasBeenLive = true;
    this.api.me().catch(() => undefined); // the gateway knows better whether one is logged in
  }

  /** Asks for the rooms whose rosters have a hole. */
  #mendRooms(): void {
    for (const channelId of this.store.state.roomsToMend) {
      this.store.change((state) => mendingRoom(state, channelId));
      this.gateway
        .command<Room>('voice.room', { channel_id: channelId })
        .then((room) => {
          this.store.change((state) => putRoom(state, room));
          this.#meetRooms([room]);
        })
        .catch(() => undefined); // the next event of the room, or the next start, tries again
    }
  }
}
