/** A voice room as one tab is in it: joining, coming back, leaving, and the one state the voice bar shows. */
import { Admission, type AdmissionPorts, type SelfFlags } from './admission';
import type { Diagnostics } from './diagnostics';
import type { Environment } from './environment';
import { IceServers, type RelayChoice } from './ice_servers';
import { Links } from './links';
import type { AudioTrack, PeerConnectionFactory } from './peer_connection';
import type { LinkPorts, PeerLink } from './peer_link';
import { reasonOf, type Reason } from './reasons';
import { RepairSlots } from './repair';
import { listenToRoom, type RoomDispatchHandlers } from './room_dispatches';
import {
  JoinRefused,
  reasonInRoom,
  reasonOfEviction,
  reasonOfRefusal,
  reasonOfRepair,
  type Names,
} from './room_reason';
import { RoomStateMachine, type RoomState } from './room_state';
import { Returning } from './returning';
import { Roster, type RosterSnapshot } from './roster';
import { Rounds, type OwnSound } from './rounds';
import { SelfReport } from './self_report';
import { isLost, refusalOf, type Refusal } from './signalling';
import { Snapshot } from './snapshot';
import type { Verdicts } from './verdicts';
import type { IceServersReply, JoinReply, Participant, Room, Signal } from './wire';

export interface RoomPorts extends AdmissionPorts, RelayChoice {
  readonly connect: PeerConnectionFactory;
  readonly environment: Environment;
  readonly names: Names;
  readonly diagnostics: Diagnostics;
  /** Relays on this host are the instance's own. */
  readonly instanceHost: string;
  /** Muted, deafened, and whether a microphone is there to send. */
  self(): SelfFlags;
  ownSound(): OwnSound;
  playbackBlocked(): boolean;
  play(peerId: string, userId: string, track: AudioTrack): void;
  stopPlaying(peerId: string): void;
  /** The state, the reason or a link has changed. */
  changed(): void;
}

export interface RoomOptions {
  readonly channelId: string;
  readonly userId: string;
  /** The ICE servers to begin with; those in the reply to the join replace them. */
  readonly iceServers: readonly RTCIceServer[];
  /** The token of the room that is left by joining this one. */
  readonly resumeToken?: string | null;
  readonly takeover?: boolean;
}

export class VoiceRoom {
  readonly channelId: string;
  readonly links: Links;
  readonly #ports: RoomPorts;
  readonly #options: RoomOptions;
  readonly #machine: RoomStateMachine;
  readonly #admission: Admission;
  readonly #iceServers: IceServers;
  readonly #roster = new Roster();
  readonly #returning = new Returning(() => this.#comeBack());
  readonly #report: SelfReport;
  readonly #rounds: Rounds;
  readonly #snapshot: Snapshot;
  #stops: (() => void)[] = [];
  #endReason: Reason | null = null;

  constructor(ports: RoomPorts, options: RoomOptions) {
    this.channelId = options.channelId;
    this.#ports = ports;
    this.#options = options;
    this.#machine = new RoomStateMachine((from, to) => this.#stateChanged(from, to));
    this.#admission = new Admission(ports, options.channelId, options.resumeToken ?? null);
    this.#iceServers = new IceServers(this.#iceServersPorts(), options.iceServers);
    this.links = new Links(this.#linkPorts(), (peerId) => ports.stopPlaying(peerId));
    this.#report = new SelfReport(ports.signalling, ports.clock, () => ({
      ...ports.self(),
      connection: this.#shown(),
    }));
    this.#snapshot = new Snapshot({
      ask: () => ports.signalling.command<Room>('voice.room', { channel_id: this.channelId }),
      take: (room) => this.#load(room),
      failed: (code) => ports.diagnostics.note('no snapshot', { code }),
    });
    this.#rounds = new Rounds({
      ...ports,
      links: this.links,
      roster: this.#roster,
      sending: () => ports.self().sends_audio,
      done: () => this.#judge(),
      awayTooLong: () => this.#giveUp(),
      note: (event, details) => ports.diagnostics.note(event, details),
    });
  }

  get state(): RoomState {
    return this.#machine.state;
  }

  get ended(): boolean {
    return this.#machine.ended;
  }

  get participantId(): string | null {
    return this.#admission.participantId;
  }

  /** What a switch to another channel has to show. */
  get token(): string | null {
    return this.#admission.token;
  }

  /** The newest ICE servers, for the room that follows this one. */
  get iceServers(): readonly RTCIceServer[] {
    return this.#iceServers.servers;
  }

  /** Ourselves as the server shows us. */
  get self(): Participant | null {
    return this.#roster.participants.get(this.participantId ?? '') ?? null;
  }

  get reason(): Reason | null {
    if (this.ended || this.participantId === null) return this.#endReason;
    const { names } = this.#ports;
    const known = reasonInRoom(this.#rounds, names);
    return known ?? (this.state === 'reconnecting' ? reasonOfRepair(this.links.all, names) : null);
  }

  verdictsOn(link: PeerLink): Verdicts {
    return this.#rounds.verdictsOn(link);
  }

  /** Resolves when the server has let us in; rejects with `JoinRefused`, and the room is over then. */
  async join(): Promise<void> {
    const { signalling, environment, names } = this.#ports;
    this.#machine.become('joining');
    this.#stops = [
      listenToRoom(signalling, this.channelId, this.#handlers()),
      signalling.onLive((live) => this.#liveChanged(live)),
      environment.onPageHide(() => this.#hide()),
    ];
    try {
      this.#admitted(await this.#admission.enter(this.#ports.self(), this.#options.takeover ?? false));
    } catch (error) {
      const reason = reasonOfRefusal(refusalOf(error), names);
      this.#end('disconnected', reason);
      throw new JoinRefused(reason);
    }
  }

  /** Gives up a join that has not reached the server. */
  withdraw(): void {
    this.#admission.withdraw();
  }

  /** Leaves in order: the others see it at once. */
  leave(): void {
    if (this.ended) return;
    this.#admission.leave();
    this.#end('disconnected', null);
  }

  /** Ends the media without a goodbye: the server has moved us to another room of this page. */
  abandon(): void {
    this.#admission.abandon();
    if (!this.ended) this.#end('disconnected', null);
  }

  /** A switch carries our token: until it is answered nothing else may, and a refusal leaves us here. */
  beginMove(): void {
    this.#returning.hold();
  }

  endMove(): void {
    this.#returning.release();
  }

  /** Our microphone is another one now, or gone. */
  replaceTrack(track: AudioTrack | null): void {
    this.links.replaceTrack(track);
    this.#report.changed();
  }

  /** What `self()` answers has changed. */
  selfChanged(): void {
    this.#report.changed();
  }

  /** What `playbackBlocked()` answers has changed. */
  judgeAgain(): void {
    this.#judge();
  }

  #admitted(reply: JoinReply): void {
    if (this.ended) return;
    this.#ports.diagnostics.note('admitted', {
      settled: reply.settled,
      participants: reply.participants.length,
    });
    this.#iceServers.take(reply);
    this.links.become(reply.participant_id);
    this.#roster.forgetRev();
    this.#load(reply);
    this.#report.admitted(this.self);
    this.#rounds.start();
  }

  #liveChanged(live: boolean): void {
    this.#ports.diagnostics.note('signalling', { live });
    this.#rounds.gatewayRenewed();
    this.#roster.forgetRev();
    if (this.participantId === null) return;
    if (live) this.#returning.begin();
    this.#judge();
  }

  /** The sound has gone on meanwhile; the server, perhaps a new one, must hear who we are. */
  async #comeBack(): Promise<void> {
    if (this.ended) return;
    if (this.#rounds.awayTooLong) return this.#giveUp();
    const flags = this.#ports.self();
    try {
      this.#admitted(await this.#admission.resume(flags));
      this.links.resend();
      this.links.advance(0);
    } catch (error) {
      await this.#refusedToComeBack(refusalOf(error), flags);
    }
  }

  async #refusedToComeBack(refusal: Refusal, flags: SelfFlags): Promise<void> {
    this.#ports.diagnostics.note('not resumed', { code: refusal.code });
    if (this.ended || isLost(refusal)) return; // lost: the next connection tries again
    if (this.#returning.held) return this.#returning.begin(); // a switch was faster; should it be refused, we try again
    if (refusal.code !== 'invalid_resume_token') return this.#refused(refusal);
    this.#admission.forgetToken();
    try {
      this.#admitted(await this.#admission.enter(flags, false));
    } catch (error) {
      const again = refusalOf(error);
      if (!isLost(again)) this.#refused(again);
    }
  }

  #refused(refusal: Refusal): void {
    const reason = reasonOfRefusal(refusal, this.#ports.names);
    this.#end(refusal.code === 'superseded' ? 'superseded' : 'disconnected', reason);
  }

  /** Answers false for a snapshot that is older than what is known. */
  #load(snapshot: RosterSnapshot): boolean {
    if (this.ended) return true;
    if (!this.#roster.load(snapshot)) return false;
    for (const participant of snapshot.participants) this.#put(participant);
    this.#judge();
    return true;
  }

  /** Another participant of the same user is our own past or future, not a peer. */
  #put(participant: Participant): void {
    if (participant.user_id !== this.#options.userId) this.links.put(participant);
  }

  #handlers(): RoomDispatchHandlers {
    return {
      put: (rev, participant) => {
        const verdict = this.#roster.put(rev, participant);
        if (verdict === 'old') return;
        this.#put(participant);
        const link = this.links.get(participant.id);
        if (link && participant.connection === 'connected') link.present = true;
        this.#afterNews(verdict);
      },
      left: (rev, participantId, reason) => {
        const verdict = this.#roster.remove(rev, participantId);
        if (participantId === this.participantId) return this.#ownDeparture(reason);
        this.links.remove(participantId);
        this.#afterNews(verdict);
      },
      settled: (room) => void this.#load(room),
      signal: (signal) => {
        if (signal.to === this.participantId && !this.links.signal(signal)) void this.#snapshot.request();
      },
      superseded: (participantId) => {
        if (participantId === this.participantId) this.#end('superseded', reasonOf('superseded'));
      },
      kicked: (participantId, reason) => {
        if (participantId === this.participantId) this.#end('disconnected', reasonOfEviction(reason));
      },
      holderAsked: (askId) => {
        if (this.participantId !== null) this.#send('voice.answer', { ask_id: askId });
      },
    };
  }

  #afterNews(verdict: 'old' | 'taken' | 'jump'): void {
    if (verdict === 'jump') void this.#snapshot.request();
    this.#judge();
  }

  /** Moved and replaced are our own doing where `voice.superseded` does not come as well. */
  #ownDeparture(reason: string): void {
    if (reason === 'lost') this.#returning.begin();
    else if (reason === 'kicked') this.#end('disconnected', reasonOf('kicked'));
  }

  /** Nobody wakes up with a hot microphone. */
  #giveUp(): void {
    this.#admission.leave();
    this.#end('disconnected', reasonOf('away_too_long'));
  }

  #hide(): void {
    this.#admission.leaveAtOnce();
    this.#end('disconnected', reasonOf('page_reloaded'));
  }

  #judge(): void {
    if (this.ended || this.participantId === null) return;
    const { state } = this.#machine;
    const lost = this.#rounds.gatewayLost;
    if (!lost && this.#rounds.everybodyHeard(state === 'connected')) this.#machine.become('connected');
    else if (state === 'connected' || lost || this.links.all.some((link) => link.state === 'failed')) {
      this.#machine.become('reconnecting');
    }
    this.#ports.changed();
  }

  #end(state: 'disconnected' | 'superseded', reason: Reason | null): void {
    if (this.ended) return;
    this.#endReason = reason;
    this.#rounds.stop();
    this.#report.close();
    this.#iceServers.close();
    this.links.closeAll();
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#machine.become(state);
  }

  #stateChanged(from: RoomState, to: RoomState): void {
    this.#ports.diagnostics.note('room', { from, to, reason: this.reason?.code ?? 'none' });
    this.#report.changed();
    this.#ports.changed();
  }

  #linkChanged(): void {
    this.#judge();
    this.#ports.changed();
  }

  #shown(): Participant['connection'] {
    const { state } = this.#machine;
    if (state === 'connected' || state === 'reconnecting') return state;
    return this.ended ? 'disconnected' : 'connecting';
  }

  #send(t: string, d: unknown): void {
    this.#ports.signalling.command(t, d).catch((error: unknown) => {
      const { code } = refusalOf(error);
      this.#ports.diagnostics.note('not sent', { command: t, code });
      if (code === 'gone') void this.#snapshot.request();
    });
  }

  #iceServersPorts() {
    const { signalling, diagnostics } = this.#ports;
    return {
      ...this.#ports,
      ask: () => signalling.command<IceServersReply>('voice.ice_servers', {}),
      renewed: () => this.links.renewIceServers(),
      outlived: () => this.links.leaveForeignRelays(this.#ports.instanceHost),
      note: (event: string, details?: Record<string, unknown>) => diagnostics.note(event, details),
    };
  }

  #linkPorts(): LinkPorts {
    const { clock, connect, signalling, diagnostics } = this.#ports;
    return {
      clock,
      connect,
      iceServers: this.#iceServers,
      slots: new RepairSlots(),
      send: (to, signal: Signal) => {
        if (signalling.live) this.#send('voice.signal', { to, ...signal });
      },
      track: (link, track) => this.#ports.play(link.peerId, link.participant.user_id, track),
      mayRepair: () => this.#rounds.gatewayAnswers,
      troubled: (link) => this.#rounds.troubled(link),
      changed: () => this.#linkChanged(),
      note: (event, details) => diagnostics.note(event, details),
    };
  }
}
