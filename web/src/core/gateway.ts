/** The client's one socket: says hello, identifies, resumes with its cursor, proves that nothing is missing, comes back by itself. */
import type { Clock } from './clock';
import { closeCode, type CloseCode } from './close_codes';
import { CommandError, PendingCommands } from './commands';
import { Emitter } from './emitter';
import { FeedCursor } from './feed_cursor';
import { backoffDelay, type GatewayPolicy } from './policy';
import {
  PROTOCOL,
  type ClientFrame,
  type Dispatch,
  type Hello,
  type Identify,
  type Ready,
  type Resumed,
  type ServerFrame,
} from './protocol.generated';
import type { OpenSocket, Socket } from './socket';

/** `identifying`: the server has said hello and been told who is here; `waiting`: between two attempts. */
export type GatewayState = 'idle' | 'connecting' | 'identifying' | 'live' | 'waiting' | 'stopped';

const TRANSITIONS: Readonly<Record<GatewayState, readonly GatewayState[]>> = {
  idle: ['connecting'],
  connecting: ['connecting', 'identifying', 'waiting', 'stopped', 'idle'],
  identifying: ['connecting', 'live', 'waiting', 'stopped', 'idle'],
  live: ['connecting', 'waiting', 'stopped', 'idle'],
  waiting: ['connecting', 'stopped', 'idle'],
  stopped: ['connecting', 'idle'],
};

export interface StateChange {
  state: GatewayState;
  previous: GatewayState;
  /** Why, as the name of a close code or of what the client noticed itself. */
  reason: string;
}

export interface GatewayEvents {
  state: StateChange;
  /** What the server says of itself, before it is known whether the two understand each other. */
  hello: Hello;
  ready: Ready;
  resumed: Resumed;
  /** A dispatch to apply: in order, none missing, none twice. */
  dispatch: Dispatch;
}

export interface GatewayEnvironment {
  clock: Clock;
  openSocket: OpenSocket;
  policy: GatewayPolicy;
  client: Identify['client'];
  log(line: string): void;
}

const gap: CloseCode = { name: 'gap_in_feed', reconnect: true, resume: true };
const noTimer = (): void => undefined;

export class Gateway {
  readonly events = new Emitter<GatewayEvents>();
  readonly #env: GatewayEnvironment;
  readonly #commands: PendingCommands;
  readonly #cursor = new FeedCursor();
  /** Whose cursor it is. */
  #userId = '';
  #state: GatewayState = 'idle';
  #socket: Socket | null = null;
  #cancelStateTimer = noTimer;
  #hello: Hello | null = null;
  #attempt = 0;
  #gaps = 0;
  #heartbeatMs = 15_000;
  #lastHeardAt = 0;
  #announcedDelayMs: number | null = null;

  constructor(env: GatewayEnvironment) {
    this.#env = env;
    this.#commands = new PendingCommands(env.clock);
  }

  get state(): GatewayState {
    return this.#state;
  }

  start(): void {
    if (this.#state === 'idle' || this.#state === 'stopped') this.#connect('started');
  }

  /** Hangs up and forgets everything: somebody logged out. */
  stop(): void {
    this.#dropSocket();
    this.#cursor.forget();
    if (this.#state !== 'idle') this.#enter('idle', 'stopped_by_client');
  }

  /** Abandons the present socket, whatever its state, and opens a new one at once. */
  reopen(): void {
    if (this.#state === 'idle' || this.#state === 'stopped') return;
    this.#dropSocket();
    this.#connect('reopened');
  }

  /** What the server has said of itself last. */
  get hello(): Hello | null {
    return this.#hello;
  }

  /** Gives up for good: it became known otherwise that the server will not have us. */
  refuse(reason: string): void {
    if (this.#state === 'idle' || this.#state === 'stopped') return;
    this.#dropSocket();
    this.#cursor.forget();
    this.#enter('stopped', reason);
  }

  /** The network or the page came back: do not wait for the next attempt, do not trust an old silence. */
  nudge(): void {
    if (this.#state === 'waiting') this.#connect('nudged');
    else if (this.#state === 'live') void this.#proveAlive();
  }

  /** Sends a command and waits for its reply; rejects with a CommandError. */
  command<R>(t: string, d: unknown, timeoutMs = this.#env.policy.commandTimeoutMs): Promise<R> {
    if (this.#state !== 'live') {
      return Promise.reject(new CommandError('not_connected', 'There is no connection to the server.'));
    }
    const send = (ref: number): void => this.#send({ op: 'command', ref, t, d });
    return this.#commands.start(send, timeoutMs) as Promise<R>;
  }

  /** Whether the server answers within `timeoutMs`; any answer will do. */
  async probe(timeoutMs: number): Promise<boolean> {
    try {
      await this.command('ping', {}, timeoutMs);
      return true;
    } catch (error) {
      return error instanceof CommandError && error.fromServer;
    }
  }

  #connect(reason: string): void {
    this.#enter('connecting', reason);
    const socket = this.#env.openSocket({
      onText: (text) => this.#socket === socket && this.#receive(text),
      onClose: (code) => this.#socket === socket && this.#lose(closeCode(code)),
    });
    this.#socket = socket;
    this.#giveUpAfter(this.#env.policy.connectTimeoutMs, 'connect_timeout');
  }

  #receive(text: string): void {
    this.#lastHeardAt = this.#env.clock.now();
    let frame: ServerFrame;
    try {
      frame = JSON.parse(text) as ServerFrame;
    } catch {
      return this.#lose({ name: 'malformed_frame', reconnect: true, resume: true });
    }
    this.#handle(frame);
  }

  #handle(frame: ServerFrame): void {
    if (frame.op === 'hello') this.#identify(frame);
    else if (frame.op === 'ready') this.#startFresh(frame);
    else if (frame.op === 'resumed') this.#resume(frame);
    else if (frame.op === 'dispatch') this.#accept(frame);
    else if (frame.op === 'reply') this.#commands.settle(frame);
    else if (frame.op === 'reconnect') this.#announcedDelayMs = frame.after_ms;
  }

  #identify(hello: Hello): void {
    if (this.#state !== 'connecting') return;
    this.#hello = hello;
    this.events.emit('hello', hello);
    if (hello.protocol !== PROTOCOL) return this.#lose(closeCode(4010));
    this.#heartbeatMs = hello.heartbeat_seconds * 1_000;
    this.#enter('identifying', 'hello');
    this.#giveUpAfter(this.#env.policy.identifyTimeoutMs, 'identify_timeout');
    const cursor = this.#cursor.cursor;
    const resumed = cursor === null ? {} : { cursor, user_id: this.#userId };
    this.#send({ op: 'identify', client: this.#env.client, ...resumed });
  }

  #startFresh(ready: Ready): void {
    if (this.#state !== 'identifying') return;
    this.#cursor.startAt(ready.snapshot.feeds, ready.cursor);
    this.#userId = ready.user.id;
    this.#goLive('ready');
    this.events.emit('ready', ready);
  }

  #resume(resumed: Resumed): void {
    if (this.#state !== 'identifying') return;
    this.#goLive('resumed');
    this.events.emit('resumed', resumed);
  }

  #goLive(reason: string): void {
    this.#enter('live', reason);
    this.#announcedDelayMs = null;
    const socket = this.#socket;
    this.#env.clock.after(this.#env.policy.stableAfterMs, () => {
      if (this.#socket === socket) this.#attempt = this.#gaps = 0;
    });
    this.#watchSilence();
  }

  #accept(dispatch: Dispatch): void {
    if (this.#state !== 'live') return;
    const verdict = this.#cursor.accept(dispatch);
    if (verdict === 'apply') this.events.emit('dispatch', dispatch);
    if (verdict !== 'gap') return;
    this.#gaps += 1;
    if (this.#gaps > this.#env.policy.gapsBeforeFreshStart) this.#cursor.forget();
    this.#lose(gap);
  }

  /** Long silence is normal where nobody talks: so it is asked about, not believed. */
  #watchSilence(): void {
    this.#cancelStateTimer = this.#env.clock.after(this.#heartbeatMs, () => {
      const silence = this.#env.clock.now() - this.#lastHeardAt;
      if (silence >= this.#env.policy.silentHeartbeats * this.#heartbeatMs) void this.#proveAlive();
      this.#watchSilence();
    });
  }

  async #proveAlive(): Promise<void> {
    const socket = this.#socket;
    const alive = await this.probe(this.#env.policy.probeTimeoutMs);
    if (!alive && this.#socket === socket && this.#state === 'live') this.#lose(closeCode(4009));
  }

  #giveUpAfter(milliseconds: number, name: string): void {
    this.#cancelStateTimer = this.#env.clock.after(milliseconds, () => {
      this.#lose({ name, reconnect: true, resume: true });
    });
  }

  #lose(code: CloseCode): void {
    this.#dropSocket();
    if (!code.resume) this.#cursor.forget();
    if (!code.reconnect) return this.#enter('stopped', code.name);
    this.#enter('waiting', code.name);
    this.#cancelStateTimer = this.#env.clock.after(this.#nextDelay(), () => this.#connect('waited'));
  }

  #nextDelay(): number {
    const random = this.#env.clock.random();
    const backoff = backoffDelay(this.#env.policy.backoff, this.#attempt, random);
    this.#attempt += 1;
    const announced = this.#announcedDelayMs;
    this.#announcedDelayMs = null;
    return announced === null ? backoff : announced + backoff;
  }

  #dropSocket(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#commands.failAll();
  }

  #send(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** The one setter: every change of state passes here, and takes the timer of the old state with it. */
  #enter(state: GatewayState, reason: string): void {
    const previous = this.#state;
    if (!TRANSITIONS[previous].includes(state))
      throw new Error(`gateway: ${previous} → ${state} is not a step`);
    this.#cancelStateTimer();
    this.#cancelStateTimer = noTimer;
    this.#state = state;
    this.#env.log(`gateway: ${previous} → ${state} (${reason})`);
    this.events.emit('state', { state, previous, reason });
  }
}
