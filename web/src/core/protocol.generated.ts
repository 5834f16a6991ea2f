// Generated from the server's protocol by `bin/protocol`. Do not edit.

export const PROTOCOL = 1;

/** A user as everybody sees them; the e-mail address is not part of it. */
export interface User {
  id: string;
  user_name: string;
  display_name: string;
  role: 'administrator' | 'member';
}

/** How a user hears another: the volume in per cent, and whether not at all. */
export interface PeerSound {
  volume: number;
  muted: boolean;
}

/** What a user has chosen, told only to them; what they have not is left out. `rev` grows with each change. */
export interface UserSettings {
  rev: number;
  theme?: 'dark' | 'light' | 'system';
  talk_mode?: 'push_to_talk' | 'voice_activity';
  talk_key?: string;
  talk_latching?: boolean;
  talk_release_ms?: number;
  voice_threshold_dbfs?: number;
  echo_cancellation?: boolean;
  noise_suppression?: 'browser' | 'off' | 'rnnoise';
  auto_gain_control?: boolean;
  input_volume?: number;
  output_volume?: number;
  relay_only?: boolean;
  muted_sounds?: ('joined' | 'left' | 'lost' | 'muted' | 'unmuted')[];
  peer_sounds?: Record<string, PeerSound>;
}

/** What everybody may know of the instance's switches. */
export interface Instance {
  name: string;
  registration_mode: 'closed' | 'invite' | 'open';
  voice_enabled: boolean;
}

/** A channel as its members see it; `user_limit` is null where the instance's limit is the only one, and in text channels. */
export interface Channel {
  id: string;
  kind: 'text' | 'voice';
  name: string;
  slug: string;
  topic: string;
  position: number;
  visibility: 'private' | 'public';
  is_default: boolean;
  write_permission: 'administrators' | 'everyone';
  user_limit: number | null;
}

/** A message; the same for everybody who may see it. Instants are RFC 3339 in UTC. */
export interface Message {
  id: string;
  channel_id: string;
  author_id: string;
  seq: number;
  rev: number;
  nonce: string;
  text: string;
  html: string;
  posted_at: string;
  edited_at: string | null;
  deleted: boolean;
}

/** How far its user has read a channel: something is unread while `last_seq` is greater than `read_seq`. */
export interface ReadState {
  channel_id: string;
  read_seq: number;
  last_seq: number;
}

/** The browser's `RTCIceServer`; `username` and `credential` are left out where there are none. */
export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

/** What kind of program is speaking: `kind` is `web`, `desktop`, `bot` …; `device` is shown to people. */
export interface ClientInfo {
  kind: string;
  device: string;
  version: string;
}

/** The first frame of a client. `cursor` is the id of the last event it applied, `user_id` whose client it was then. */
export interface Identify {
  op: 'identify';
  client: ClientInfo;
  token?: string;
  cursor?: string;
  user_id?: string;
}

/** Something a client wants done now; answered by a `Reply` with the same `ref`. */
export interface Command {
  op: 'command';
  ref: number;
  t: string;
  d?: unknown;
}

/** `ping`: is anybody there? A page cannot see the server's WebSocket pings. */
export type Ping = Record<string, never>;

/** `typing.start`. */
export interface TypingStart {
  channel_id: string;
}

/** `voice.join`: a join, a resume, a switch or a takeover; see `docs/voice.md`. */
export interface VoiceJoin {
  channel_id: string;
  join_id: string;
  muted: boolean;
  deafened: boolean;
  sends_audio: boolean;
  resume_token?: string;
  takeover?: boolean;
}

/** `voice.leave`. */
export interface VoiceLeave {
  participant_id: string;
  resume_token: string;
}

/** `voice.update`: what has changed about oneself; absent fields stay. */
export interface VoiceUpdate {
  connection?: 'connected' | 'connecting' | 'disconnected' | 'reconnecting';
  muted?: boolean;
  deafened?: boolean;
  sends_audio?: boolean;
}

/** `voice.signal`: `data` is a `VoiceDescription`, `VoiceCandidates` or empty, by `kind`; nothing else is passed on. */
export interface VoiceSignal {
  to: string;
  generation: number;
  negotiation_id: number;
  kind: 'candidates' | 'description' | 'repair_request' | 'stale';
  data?: unknown;
}

/** The `data` of a signal of kind `description` (`RTCSessionDescriptionInit`). */
export interface VoiceDescription {
  type: 'answer' | 'offer';
  sdp: string;
}

/** A candidate in the browser's words (`RTCIceCandidateInit`). */
export interface VoiceCandidate {
  candidate: string;
  sdpMid?: string;
  sdpMLineIndex?: number;
  usernameFragment?: string;
}

/** The `data` of a signal of kind `candidates`. */
export interface VoiceCandidates {
  candidates: VoiceCandidate[];
}

/** `voice.ice_servers`. */
export type VoiceIceServers = Record<string, never>;

/** `voice.room`. */
export interface VoiceRoom {
  channel_id: string;
}

/** `voice.heard`. */
export interface VoiceHeard {
  participant_ids: string[];
}

/** `voice.report_stall`. */
export interface VoiceReportStall {
  participant_id: string;
}

/** How a page sees its link to one other participant; packets are those of the last two seconds, per second. */
export interface PeerReport {
  participant_id: string;
  link: 'connecting' | 'failed' | 'ok' | 'repairing' | 'unstable';
  received_per_second: number;
  sent_per_second: number;
  step?: 'fail' | 'rebuild' | 'rebuild_relay' | 'restart' | 'restart_fresh';
  reason?: 'nat_no_relay' | 'no_answer' | 'no_media' | 'no_path' | 'not_heard' | 'relay_auth' | 'relay_unreachable' | 'udp_blocked';
  loss_percent?: number;
  round_trip_ms?: number;
  jitter_ms?: number;
  path?: 'direct' | 'relay';
  local_candidate?: 'host' | 'prflx' | 'relay' | 'srflx';
  remote_candidate?: 'host' | 'prflx' | 'relay' | 'srflx';
  relay_protocol?: 'tcp' | 'tls' | 'udp';
  repairs?: number;
}

/** `voice.report`: what a page sees of its call, for the verdict. */
export interface VoiceReport {
  microphone: 'busy' | 'denied' | 'insecure' | 'live' | 'missing' | 'off' | 'opening' | 'silent';
  playback: 'blocked' | 'playing';
  transmitting: boolean;
  peers: PeerReport[];
  level_dbfs?: number;
}

/** `voice.answer`. */
export interface VoiceAnswer {
  ask_id: string;
}

/** Which installation this is. No voice channel takes more than `participants_per_room`, whatever its own limit. */
export interface InstanceInfo {
  id: string;
  name: string;
  participants_per_room: number;
}

/** The first frame of the server. */
export interface Hello {
  op: 'hello';
  protocol: number;
  instance: InstanceInfo;
  version: string;
  heartbeat_seconds: number;
}

/** Somebody in a voice room, as everybody who sees the channel sees them. `muted` is by themselves. */
export interface Participant {
  id: string;
  user_id: string;
  device: string;
  muted: boolean;
  deafened: boolean;
  sends_audio: boolean;
  connection: 'connected' | 'connecting' | 'disconnected' | 'reconnecting';
  muted_by_administrator: boolean;
}

/** The roster of a voice channel. Not `settled`: the server has just started, absence is not departure. */
export interface Room {
  channel_id: string;
  rev: number;
  settled: boolean;
  participants: Participant[];
}

/** All a client holds but messages, read at one position of the log. */
export interface Snapshot {
  instance: Instance;
  settings: UserSettings;
  channels: Channel[];
  read_states: ReadState[];
  users: User[];
  feeds: Record<string, number>;
  presence: string[];
  rooms: Room[];
}

/** A fresh start: the client drops what it holds. */
export interface Ready {
  op: 'ready';
  user: User;
  snapshot: Snapshot;
  cursor: string | null;
}

/** The cursor was known; what was missed follows as dispatches. Not `presence_settled`: absence is not departure. */
export interface Resumed {
  op: 'resumed';
  cursor: string;
  presence: string[];
  presence_settled: boolean;
  rooms: Room[];
}

/** News. `id`, `feed` and `seq` are there for durable events only. */
export interface Dispatch {
  op: 'dispatch';
  t: string;
  d: unknown;
  id?: string;
  feed?: string;
  seq?: number;
}

/** A refusal: `code` for programs, `message` for a person, `detail` where a program needs more. */
export interface CommandError {
  code: string;
  message: string;
  detail?: Record<string, string>;
}

/** The answer to a command: either `d` or `error`. */
export interface Reply {
  op: 'reply';
  ref: number;
  d?: unknown;
  error?: CommandError;
}

/** The server is about to close; come back after `after_ms` milliseconds. */
export interface Reconnect {
  op: 'reconnect';
  after_ms: number;
  reason: string;
}

/** The reply to `voice.join`. `expires_in_seconds` counts from now and is null when the servers do not expire. */
export interface VoiceJoined {
  participant_id: string;
  resume_token: string;
  participants: Participant[];
  rev: number;
  settled: boolean;
  ice_servers: IceServer[];
  expires_in_seconds: number | null;
  ice_transport_policy: 'all' | 'relay';
}

/** The reply to `voice.ice_servers`. */
export interface IceServers {
  ice_servers: IceServer[];
  expires_in_seconds: number | null;
  ice_transport_policy: 'all' | 'relay';
}

/** The reply to `voice.report_stall`: does that peer's socket still answer? */
export interface StallAnswer {
  present: boolean;
}

/** `voice.signal` as its addressee gets it; `from` is stamped by the server. */
export interface VoiceSignalReceived {
  channel_id: string;
  from: string;
  to: string;
  generation: number;
  negotiation_id: number;
  kind: 'candidates' | 'description' | 'repair_request' | 'stale';
  data: unknown;
}

/** `presence.changed`. */
export interface PresenceChanged {
  online: string[];
  offline: string[];
}

/** `presence.settled`: everybody who is online. */
export interface PresenceSettled {
  online: string[];
}

/** `typing.started`. */
export interface TypingStarted {
  channel_id: string;
  user_id: string;
}

/** `user.created`. */
export interface UserCreated {
  user: User;
}

/** `user.updated`. */
export interface UserUpdated {
  user: User;
}

/** `user_settings.updated`: all that is chosen now. */
export interface UserSettingsUpdated {
  settings: UserSettings;
}

/** `membership.added`: `seq` is the head of the channel's feed to count on from. */
export interface MembershipAdded {
  channel: Channel;
  seq: number;
}

/** `membership.removed`: `reason` says whether the user left, was removed, or the channel was deleted. */
export interface MembershipRemoved {
  channel_id: string;
  reason: 'channel_deleted' | 'left' | 'removed';
}

/** `channel.updated`. */
export interface ChannelUpdated {
  channel: Channel;
}

/** `channel.member_added`; the channel is that of the feed. */
export interface ChannelMemberAdded {
  user_id: string;
}

/** `channel.member_removed`; the channel is that of the feed. */
export interface ChannelMemberRemoved {
  user_id: string;
}

/** `message.posted`. */
export interface MessagePosted {
  message: Message;
}

/** `message.edited`. */
export interface MessageEdited {
  message: Message;
}

/** `message.deleted`: what is left of the message. */
export interface MessageDeleted {
  message: Message;
}

/** `read_state.updated`: how far the user has read, on whichever device. */
export interface ReadStateUpdated {
  channel_id: string;
  read_seq: number;
}

/** `instance.updated`. */
export interface InstanceUpdated {
  instance: Instance;
}

/** `voice.participant_joined`. */
export interface VoiceParticipantJoined {
  channel_id: string;
  rev: number;
  participant: Participant;
}

/** `voice.participant_updated`. */
export interface VoiceParticipantUpdated {
  channel_id: string;
  rev: number;
  participant: Participant;
}

/** `voice.participant_left`. */
export interface VoiceParticipantLeft {
  channel_id: string;
  rev: number;
  participant_id: string;
  reason: 'kicked' | 'left' | 'lost' | 'moved' | 'replaced';
}

/** `voice.holder_asked`. */
export interface VoiceHolderAsked {
  ask_id: string;
}

/** `voice.superseded`: `device` has the call now. */
export interface VoiceSuperseded {
  channel_id: string;
  participant_id: string;
  device: string;
}

/** `voice.kicked`: `reason` is a code. */
export interface VoiceKicked {
  channel_id: string;
  participant_id: string;
  reason: string;
}

/** One line of `voice.verdicts_changed`: `code` is that of a rule in `docs/voice.md`, `side` as the reader sees it. */
export interface VoiceVerdict {
  participant_id: string;
  direction: 'incoming' | 'outgoing';
  code: string;
  side: 'instance' | 'network' | 'peer' | 'you';
}

/** `voice.verdicts_changed`: all that is to be said of the reader's pairs now. */
export interface VoiceVerdictsChanged {
  channel_id: string;
  participant_id: string;
  verdicts: VoiceVerdict[];
}

/** `voice.sent_on`: join `to_channel_id`. */
export interface VoiceSentOn {
  channel_id: string;
  participant_id: string;
  to_channel_id: string;
}

export type ClientFrame = Identify | Command;

export type ServerFrame = Hello | Ready | Resumed | Dispatch | Reply | Reconnect;

/** What each dispatch carries, by its name. */
export interface Dispatches {
  'user.created': UserCreated;
  'user.updated': UserUpdated;
  'user_settings.updated': UserSettingsUpdated;
  'membership.added': MembershipAdded;
  'membership.removed': MembershipRemoved;
  'channel.updated': ChannelUpdated;
  'channel.member_added': ChannelMemberAdded;
  'channel.member_removed': ChannelMemberRemoved;
  'message.posted': MessagePosted;
  'message.edited': MessageEdited;
  'message.deleted': MessageDeleted;
  'read_state.updated': ReadStateUpdated;
  'instance.updated': InstanceUpdated;
  'presence.changed': PresenceChanged;
  'presence.settled': PresenceSettled;
  'typing.started': TypingStarted;
  'voice.participant_joined': VoiceParticipantJoined;
  'voice.participant_updated': VoiceParticipantUpdated;
  'voice.participant_left': VoiceParticipantLeft;
  'voice.room_settled': Room;
  'voice.signal': VoiceSignalReceived;
  'voice.holder_asked': VoiceHolderAsked;
  'voice.superseded': VoiceSuperseded;
  'voice.kicked': VoiceKicked;
  'voice.verdicts_changed': VoiceVerdictsChanged;
  'voice.sent_on': VoiceSentOn;
}
