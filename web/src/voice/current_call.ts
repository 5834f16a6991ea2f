/** At most one call on this page: going in, over to another channel, and out. The last click wins. */
import type { Clock } from './clock';
import type { Reason } from './reasons';
import type { RoomOptions, VoiceRoom } from './room';
import { JoinRefused } from './room_reason';

/** Why a switch was refused is shown for so long, while the old call goes on. */
const NOTICE_MS = 10_000;

interface Target {
  readonly channelId: string;
  readonly takeover: boolean;
}

export interface CurrentCallPorts {
  readonly clock: Clock;
  createRoom(options: Omit<RoomOptions, 'userId'>): VoiceRoom;
  /** The server has let us into a room. */
  entered(): void;
  changed(): void;
}

export class CurrentCall {
  readonly #ports: CurrentCallPorts;
  #room: VoiceRoom | null = null;
  #next: VoiceRoom | null = null;
  #wanted: Target | null = null;
  #work: Promise<void> | null = null;
  #notice: Reason | null = null;

  constructor(ports: CurrentCallPorts) {
    this.#ports = ports;
  }

  /** The room the page is in or has just been in. */
  get room(): VoiceRoom | null {
    return this.#room;
  }

  /** The room whose media run: entered and not over. */
  get running(): VoiceRoom | null {
    return this.#room && !this.#room.ended && this.#room.participantId !== null ? this.#room : null;
  }

  /** Why the last switch was refused. */
  get notice(): Reason | null {
    return this.#notice;
  }

  /** Resolves when the server has answered, or another click has taken the place of this one. */
  join(channelId: string, takeover: boolean): Promise<void> {
    const here = this.#room;
    if (here && !here.ended && here.channelId === channelId && !takeover && !this.#next)
      return Promise.resolve();
    this.#wanted = { channelId, takeover };
    this.#notice = null;
    (this.#next ?? this.#joining())?.withdraw();
    this.#work ??= this.#enterWanted().finally(() => {
      this.#work = null;
    });
    return this.#work;
  }

  /** Leaves in order, and forgets the room. */
  disconnect(): void {
    this.#wanted = null;
    this.#notice = null;
    this.#next?.leave();
    this.#room?.leave();
    this.#room = this.#next = null;
    this.#ports.changed();
  }

  #joining(): VoiceRoom | null {
    return this.#room?.state === 'joining' && this.#room.participantId === null ? this.#room : null;
  }

  async #enterWanted(): Promise<void> {
    while (this.#wanted) {
      const target = this.#wanted;
      this.#wanted = null;
      await this.#enter(target);
    }
  }

  async #enter(target: Target): Promise<void> {
    const before = this.running;
    const iceServers = before?.iceServers ?? [];
    const next = this.#ports.createRoom({ ...target, iceServers, resumeToken: before?.token ?? null });
    if (before) this.#next = next;
    else this.#room = next;
    before?.beginMove();
    this.#ports.changed();
    try {
      await next.join();
      if (next.ended) return; // left while the answer was on its way
      this.#room = next;
      before?.abandon();
      this.#ports.entered();
    } catch (error) {
      if (before && this.#next === next && !this.#wanted) this.#explain(error);
    } finally {
      if (this.#next === next) this.#next = null;
      before?.endMove();
      this.#ports.changed();
    }
  }

  /** A refused switch keeps the old call. */
  #explain(error: unknown): void {
    if (!(error instanceof JoinRefused)) throw error;
    this.#notice = error.reason;
    this.#ports.clock.after(NOTICE_MS, () => {
      if (this.#notice !== error.reason) return;
      this.#notice = null;
      this.#ports.changed();
    });
  }
}
