/** The wire types of docs/protocol.md. Generated from src/cromulent/gateway/protocol.py; do not edit by hand. */

export const PROTOCOL = 1;

export interface User {
  id: string;
  user_name: string;
  display_name: string;
  role: 'administrator' | 'member';
}

export interface Channel {
  id: string;
  kind: 'text' | 'voice';
  name: string;
  slug: string;
  topic: string;
  position: number;
  visibility: 'public' | 'private';
  is_default: boolean;
  write_permission: 'everyone' | 'administrators';
}

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

export interface Participant {
  id: string;
  user_id: string;
  device: string;
  muted: boolean;
  deafened: boolean;
  sends_audio: boolean;
  connection: 'connecting' | 'connected' | 'reconnecting' | 'disconnected';
}

export interface Room {
  channel_id: string;
  rev: number;
  settled: boolean;
  participants: Participant[];
}

export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

export interface Snapshot {
  channels: Channel[];
  users: User[];
  feeds: Record<string, number>;
  presence: string[];
  rooms: Room[];
}

export interface Hello {
  op: 'hello';
  protocol: number;
  instance: { id: string; name: string };
  version: string;
  heartbeat_seconds: number;
}

export interface Ready {
  op: 'ready';
  user: User;
  snapshot: Snapshot;
  cursor: string | null;
}

export interface Resumed {
  op: 'resumed';
  cursor: string;
  presence: string[];
  rooms: Room[];
}

export interface Dispatch {
  op: 'dispatch';
  t: string;
  d: unknown;
  id?: string;
  feed?: string;
  seq?: number;
}

export interface CommandError {
  code: string;
  message: string;
  detail?: unknown;
}

export interface Reply {
  op: 'reply';
  ref: number;
  d?: unknown;
  error?: CommandError;
}

export interface Reconnect {
  op: 'reconnect';
  after_ms: number;
  reason: string;
}

export type ServerFrame = Hello | Ready | Resumed | Dispatch | Reply | Reconnect;

export interface Identify {
  op: 'identify';
  token?: string;
  client: { kind: string; device: string; version: string };
  cursor?: string;
}

export interface Command {
  op: 'command';
  ref: number;
  t: string;
  d: unknown;
}

export type ClientFrame = Identify | Command;

export interface PresenceChanged {
  online: string[];
  offline: string[];
}

export interface TypingStarted {
  channel_id: string;
  user_id: string;
}
