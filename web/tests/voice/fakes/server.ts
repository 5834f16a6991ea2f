/** A fake instance: rooms, leases and targeted signals as docs/protocol.md says, with faults on demand. */
import type { JoinReply, Participant } from '../../../src/voice/wire';
import type { FakeClock } from './clock';
import type { FakeGateway } from './gateway';
import { FakeTokens } from './tokens';

/** 8 s without a byte, then a grace of 10 s. */
const SILENT_MS = 8_000;
const LEASE_MS = 18_000;
const SETTLE_MS = 15_000;
const HEARD_MS = 5_000;
const MOST_GRACE_MS = 60_000;

export interface JoinCommand {
  readonly channel_id: string;
  readonly join_id: string;
  readonly resume_token?: string;
  readonly takeover?: boolean;
  readonly muted: boolean;
  readonly deafened: boolean;
  readonly sends_audio: boolean;
}

interface Seat {
  participant: Participant;
  readonly channelId: string;
  readonly gateway: FakeGateway;
  lostAt: number | null;
  heardAt: number;
}

export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly detail?: unknown,
  ) {
    super(code);
  }
}

/** Which delays a signal gets: none is lost, two is doubled. Other dispatches come at once or are lost. */
export type Delivery = (t: string) => readonly number[];

export class FakeServer {
  readonly clock: FakeClock;
  readonly commands: { readonly t: string; readonly d: unknown; readonly user: string }[] = [];
  readonly #seats = new Map<string, Seat>();
  readonly #tokens = new FakeTokens();
  readonly #revs = new Map<string, number>();
  readonly #rosterHandlers = new Set<() => void>();
  #participants = 0;
  /** Told of every signal that reaches the server, and of every seat whose lease has run out. */
  watching: {
    signal?: (signal: Record<string, unknown>) => void;
    lost?: (participantId: string, awayMs: number) => void;
  } = {};
  /** Times of delivery of the signals, in milliseconds. */
  delivery: Delivery = () => [10];
  refuse: (join: JoinCommand, userId: string) => Refused | null = () => null;
  iceServers = {
    ice_servers: [{ urls: ['stun:stun.example'] }] as JoinReply['ice_servers'],
    life: null as number | null,
  };
  policy: 'all' | 'relay' = 'all';
  settled = true;
  /** Answers every question about a stall with yes. */
  everybodyPresent = false;
  #stopLeases = () => {};

  constructor(clock: FakeClock) {
    this.clock = clock;
    this.#watchLeases();
  }

  participants(channelId: string): Participant[] {
    return [...this.#seats.values()]
      .filter((seat) => seat.channelId === channelId)
      .map((seat) => seat.participant);
  }

  /** Where a user is, by the rosters. */
  callsOf(userId: string) {
    return [...this.#seats.values()]
      .filter(({ participant }) => participant.user_id === userId)
      .map(({ channelId, participant }) => ({ channelId, participant }));
  }

  onRosters(handler: () => void): () => void {
    this.#rosterHandlers.add(handler);
    return () => this.#rosterHandlers.delete(handler);
  }

  /** Nobody is known any more; tokens still name who they named. */
  restart(gateways: readonly FakeGateway[]): void {
    this.#seats.clear();
    this.#tokens.forgetJoins();
    this.#revs.clear();
    this.settled = false;
    for (const gateway of gateways) gateway.lose();
    this.clock.after(SETTLE_MS, () => this.#settle());
  }

  stop(): void {
    this.#stopLeases();
  }

  lost(gateway: FakeGateway): void {
    for (const seat of this.#seats.values()) if (seat.gateway === gateway) seat.lostAt ??= this.clock.now();
  }

  command(gateway: FakeGateway, t: string, d: unknown): unknown {
    this.commands.push({ t, d, user: gateway.userId });
    const fields = d as Record<string, unknown>;
    switch (t) {
      case 'voice.join':
        return this.#join(gateway, d as JoinCommand);
      case 'voice.leave':
        return this.#leave(fields['participant_id'] as string, 'left');
      case 'voice.update':
        return this.#update(gateway, d as Partial<Participant>);
      case 'voice.signal':
        return this.#signal(gateway, fields);
      case 'voice.ice_servers':
        return this.#iceReply();
      case 'voice.room':
        return this.#room(fields['channel_id'] as string);
      case 'voice.heard':
        return this.#heard(fields['participant_ids'] as string[]);
      case 'voice.report_stall':
        return { present: this.everybodyPresent || this.#present(fields['participant_id'] as string) };
      default:
        return {};
    }
  }

  /** The goodbye by HTTP. */
  beacon(participantId: string): void {
    this.clock.after(20, () => this.#leave(participantId, 'left'));
  }

  /** The lease of a participant has run out, or has been renewed. */
  mark(participantId: string, connection: Participant['connection']): void {
    const seat = this.#seats.get(participantId);
    if (!seat) return;
    seat.participant = { ...seat.participant, connection };
    this.#announce(seat.channelId, 'voice.participant_updated', { participant: seat.participant });
  }

  kick(participantId: string): void {
    const seat = this.#seats.get(participantId);
    if (!seat) return;
    const d = { channel_id: seat.channelId, participant_id: participantId, reason: 'kicked' };
    this.#tokens.revoke(participantId, 'kicked');
    seat.gateway.deliver('voice.kicked', d);
    this.#leave(participantId, 'kicked');
  }

  #present(participantId: string): boolean {
    return this.#seats.get(participantId)?.gateway.working ?? false;
  }

  #join(gateway: FakeGateway, join: JoinCommand): JoinReply {
    const refused = this.refuse(join, gateway.userId);
    if (refused) throw refused;
    const named = join.resume_token === undefined ? null : this.#tokens.read(join.resume_token);
    if (named === undefined) throw new Refused('invalid_resume_token');
    const again = this.#tokens.joinedAs(join.join_id);
    if (again !== undefined && this.#seats.has(again)) return this.#seat(gateway, join, again);
    const revoked = named && this.#tokens.whyRevoked(named);
    if (revoked) throw new Refused(revoked);
    const holder = [...this.#seats.values()].find((seat) => seat.participant.user_id === gateway.userId);
    if (named?.channelId === join.channel_id) return this.#resume(gateway, join, named.participantId, holder);
    const moved = join.takeover === true && holder && holder.gateway !== gateway ? holder.participant : join;
    if (holder)
      this.#replace(
        holder,
        gateway,
        named?.participantId === holder.participant.id || join.takeover === true,
      );
    const { muted, deafened } = moved;
    return this.#seat(
      gateway,
      { ...join, muted, deafened },
      `participant${String(++this.#participants).padStart(4, '0')}`,
    );
  }

  /** Of two claims for one user the larger participant id wins. */
  #resume(gateway: FakeGateway, join: JoinCommand, id: string, holder?: Seat): JoinReply {
    if (holder && holder.participant.id > id) throw new Refused('superseded');
    if (holder && holder.participant.id < id) this.#replace(holder, gateway, true);
    return this.#seat(gateway, join, id);
  }

  #replace(holder: Seat, gateway: FakeGateway, allowed: boolean): void {
    const { channelId, participant } = holder;
    if (!allowed && holder.gateway.awake && holder.gateway !== gateway) {
      throw new Refused('already_in_channel', { channel_id: channelId, device: participant.device });
    }
    const d = { channel_id: channelId, participant_id: participant.id, device: gateway.userId };
    if (holder.gateway !== gateway) {
      this.#tokens.revoke(participant.id, 'superseded');
      holder.gateway.deliver('voice.superseded', d);
    }
    this.#leave(participant.id, 'moved');
  }

  #seat(gateway: FakeGateway, join: JoinCommand, id: string): JoinReply {
    const { channel_id: channelId, muted, deafened, sends_audio } = join;
    const known = this.#seats.has(id);
    const device = `page of ${gateway.userId}`;
    const participant: Participant = {
      id,
      user_id: gateway.userId,
      device,
      muted,
      deafened,
      sends_audio,
      connection: 'connecting',
      muted_by_administrator: this.#tokens.muted.has(gateway.userId),
    };
    const now = this.clock.now();
    this.#seats.set(id, { participant, channelId, gateway, lostAt: null, heardAt: now });
    this.#tokens.noteJoin(join.join_id, id);
    const token = this.#tokens.give({ participantId: id, channelId });
    const t = known ? 'voice.participant_updated' : 'voice.participant_joined';
    this.#announce(channelId, t, { participant }, gateway);
    const { rev, settled, participants } = this.#room(channelId);
    return { participant_id: id, resume_token: token, participants, rev, settled, ...this.#iceReply() };
  }

  #leave(id: string, reason: string): object {
    const seat = this.#seats.get(id);
    const d = { participant_id: id, reason };
    if (seat) this.#announce(seat.channelId, 'voice.participant_left', d); // to who leaves as well
    this.#seats.delete(id);
    this.#tellRosters();
    return {};
  }

  /** An administrator mutes a user, or un-mutes them. */
  rule(userId: string, muted: boolean): void {
    this.#tokens.muted[muted ? 'add' : 'delete'](userId);
    for (const seat of this.#seats.values()) {
      if (seat.participant.user_id !== userId) continue;
      seat.participant = { ...seat.participant, muted_by_administrator: muted };
      this.#announce(seat.channelId, 'voice.participant_updated', { participant: seat.participant });
    }
  }

  #update(gateway: FakeGateway, change: Partial<Participant>): object {
    for (const seat of this.#seats.values()) {
      if (seat.gateway !== gateway) continue;
      seat.participant = { ...seat.participant, ...change };
      this.#announce(seat.channelId, 'voice.participant_updated', { participant: seat.participant });
    }
    return {};
  }

  #signal(gateway: FakeGateway, signal: Record<string, unknown>): object {
    const from = [...this.#seats.values()].find((seat) => seat.gateway === gateway);
    const to = this.#seats.get(signal['to'] as string);
    this.watching.signal?.(signal);
    if (!from) throw new Refused('not_in_room');
    if (!to || to.channelId !== from.channelId) throw new Refused('gone');
    const d = { ...signal, channel_id: from.channelId, from: from.participant.id };
    for (const delay of this.delivery('voice.signal')) {
      this.clock.after(delay, () => to.gateway.deliver('voice.signal', d));
    }
    return {};
  }

  #heard(ids: readonly string[]): object {
    for (const id of ids) {
      const seat = this.#seats.get(id);
      if (seat) seat.heardAt = this.clock.now();
    }
    return {};
  }

  #iceReply() {
    const { ice_servers, life } = this.iceServers;
    return { ice_servers, expires_in_seconds: life, ice_transport_policy: this.policy };
  }

  #room(channelId: string) {
    const rev = this.#revs.get(channelId) ?? 0;
    return { channel_id: channelId, rev, settled: this.settled, participants: this.participants(channelId) };
  }

  #announce(channelId: string, t: string, d: object, except?: FakeGateway): void {
    const rev = (this.#revs.get(channelId) ?? 0) + 1;
    this.#revs.set(channelId, rev);
    for (const { gateway } of new Map(
      [...this.#seats.values()].map((seat) => [seat.gateway, seat]),
    ).values()) {
      const lost = this.delivery(t).length === 0;
      if (gateway !== except && !lost) gateway.deliver(t, { channel_id: channelId, rev, ...d });
    }
    this.#tellRosters();
  }

  #tellRosters(): void {
    for (const handler of [...this.#rosterHandlers]) handler();
  }

  #settle(): void {
    this.settled = true;
    const channels = new Set([...this.#seats.values()].map((seat) => seat.channelId));
    for (const channelId of channels) {
      for (const { gateway } of this.#seats.values())
        gateway.deliver('voice.room_settled', this.#room(channelId));
    }
  }

  #watchLeases(): void {
    this.#stopLeases = this.clock.after(1_000, () => {
      const now = this.clock.now();
      for (const [id, { lostAt, heardAt, participant }] of this.#seats) {
        if (lostAt === null) continue;
        const away = now - lostAt;
        if (away > SILENT_MS && participant.connection !== 'reconnecting') this.mark(id, 'reconnecting');
        if (away <= (now - heardAt < HEARD_MS ? MOST_GRACE_MS : LEASE_MS)) continue;
        this.watching.lost?.(id, away);
        this.#leave(id, 'lost');
      }
      this.#watchLeases();
    });
  }
}
