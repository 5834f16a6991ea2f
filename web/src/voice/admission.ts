/** Getting into a room, back into it after a loss, and out of it: the commands that carry the token. */
import type { Clock } from './clock';
import { isLost, refusalOf, type Refusal, type Signalling } from './signalling';
import type { JoinReply } from './wire';

/** A join that has found no server for so long is given up. */
const PATIENCE_MS = 15_000;
const RETRY_MS = 2_000;
const RETRIES = 5;

/** Refusals of the moment, worth another try. */
const PASSING_CODES: ReadonlySet<string> = new Set(['rate_limited', 'internal_error']);

export interface AdmissionPorts {
  readonly signalling: Signalling;
  readonly clock: Clock;
  newId(): string;
  /** Says goodbye by HTTP, for when the socket cannot. */
  beacon(goodbye: Goodbye): void;
}

export interface Goodbye {
  readonly participant_id: string;
  readonly resume_token: string;
}

export interface SelfFlags {
  readonly muted: boolean;
  readonly deafened: boolean;
  readonly sends_audio: boolean;
}

/** The token lives here, in memory, and nowhere else: a duplicated tab must not hold it. */
export class Admission {
  readonly #ports: AdmissionPorts;
  readonly #channelId: string;
  #token: string | null;
  #participantId: string | null = null;
  #state: 'outside' | 'inside' | 'left' = 'outside';
  #stopWaiting: (() => void) | null = null;

  /** `token` is that of another room which is left by entering this one. */
  constructor(ports: AdmissionPorts, channelId: string, token: string | null) {
    this.#ports = ports;
    this.#channelId = channelId;
    this.#token = token;
  }

  get participantId(): string | null {
    return this.#participantId;
  }

  /** What a switch to another channel has to show. */
  get token(): string | null {
    return this.#token;
  }

  /** Waits for a live gateway, then asks until there is an answer; rejects with an error that `refusalOf` reads. */
  async enter(flags: SelfFlags, takeover: boolean): Promise<JoinReply> {
    const joinId = this.#ports.newId(); // one for all tries: the same id gets the same answer
    const deadline = this.#ports.clock.now() + PATIENCE_MS;
    for (let tries = 0; ; tries++) {
      await this.#untilLive(deadline);
      try {
        return this.#admit(await this.#join(joinId, flags, takeover));
      } catch (error) {
        const refusal = refusalOf(error);
        const passing = isLost(refusal) || (PASSING_CODES.has(refusal.code) && tries < RETRIES);
        if (this.#state === 'left' || !passing) throw error;
        await this.#pause(isLost(refusal) ? RETRY_MS / 10 : RETRY_MS);
      }
    }
  }

  /** Shows the token to a gateway that has come back; rejects with an error that `refusalOf` reads. */
  async resume(flags: SelfFlags): Promise<JoinReply> {
    const joinId = this.#ports.newId();
    for (let tries = 0; ; tries++) {
      try {
        return this.#admit(await this.#join(joinId, flags, false));
      } catch (error) {
        const refusal = refusalOf(error);
        if (!PASSING_CODES.has(refusal.code) || tries >= RETRIES || this.#state === 'left') throw error;
        await this.#pause(RETRY_MS);
      }
    }
  }

  /** Forgets a token the server does not know any more, so that `enter` makes a new participant. */
  forgetToken(): void {
    this.#token = null;
  }

  /** Gives up a join that has not been sent; one that is on its way is not stopped. */
  withdraw(): void {
    this.#stopWaiting?.();
  }

  /** Says goodbye; a join under way is undone when its answer comes. */
  leave(): void {
    const goodbye = this.#goodbye();
    this.#state = 'left';
    this.withdraw();
    if (goodbye) this.#say(goodbye);
  }

  /** Says goodbye in both ways, for a page that is about to be gone. */
  leaveAtOnce(): void {
    const goodbye = this.#goodbye();
    this.leave();
    if (goodbye && this.#ports.signalling.live) this.#ports.beacon(goodbye);
  }

  /** The place is somebody else's now: nothing to say goodbye to. */
  abandon(): void {
    this.#state = 'left';
  }

  #join(joinId: string, flags: SelfFlags, takeover: boolean): Promise<JoinReply> {
    return this.#ports.signalling.command<JoinReply>('voice.join', {
      channel_id: this.#channelId,
      join_id: joinId,
      ...(this.#token === null ? {} : { resume_token: this.#token }),
      ...(takeover ? { takeover } : {}),
      ...flags,
    });
  }

  #admit(reply: JoinReply): JoinReply {
    this.#token = reply.resume_token;
    this.#participantId = reply.participant_id;
    if (this.#state === 'left') {
      this.#say({ participant_id: reply.participant_id, resume_token: reply.resume_token });
      throw left();
    }
    this.#state = 'inside';
    return reply;
  }

  #goodbye(): Goodbye | null {
    if (this.#state !== 'inside' || this.#token === null || this.#participantId === null) return null;
    return { participant_id: this.#participantId, resume_token: this.#token };
  }

  #say(goodbye: Goodbye): void {
    if (!this.#ports.signalling.live) return this.#ports.beacon(goodbye);
    this.#ports.signalling.command('voice.leave', goodbye).catch(() => this.#ports.beacon(goodbye));
  }

  async #untilLive(deadline: number): Promise<void> {
    const { signalling, clock } = this.#ports;
    if (this.#state === 'left') throw left();
    if (signalling.live) return;
    let stop = () => undefined as void;
    const came = new Promise<boolean>((resolve) => {
      stop = signalling.onLive((live) => live && resolve(true));
    });
    const late = this.#pause(Math.max(0, deadline - clock.now())).then(() => false);
    try {
      if (!(await Promise.race([came, late]))) throw refusal('offline', 'The server cannot be reached.');
    } finally {
      stop();
    }
  }

  /** Rejects when the join is withdrawn meanwhile. */
  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#ports.clock.after(milliseconds, () => {
        this.#stopWaiting = null;
        resolve();
      });
      this.#stopWaiting = () => {
        this.#stopWaiting = null;
        cancel();
        reject(left());
      };
    });
  }
}

function refusal(code: string, message: string): Error & Refusal {
  return Object.assign(new Error(message), { code });
}

function left(): Error & Refusal {
  return refusal('left', 'The call was left before it began.');
}
