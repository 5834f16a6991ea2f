/** Where else the user's voice is, by the rosters of all channels: the truth behind "already in a channel" and "moved". */
import type { Participant } from './wire';

/** A call of this user. */
export interface OwnCall {
  readonly channelId: string;
  readonly participant: Participant;
}

/** What the rosters of all channels say. */
export interface Rosters {
  /** Where this user is, on this page or on another. */
  ownCalls(): readonly OwnCall[];
  /** Called after every change of any roster, and for no reason; the answer stops that. */
  onChange(handler: () => void): () => void;
}

/** A note that all tabs of this browser share and nobody else. */
export interface BrowserNote {
  /** A tab of this browser is that participant now. */
  write(participantId: string): void;
  /** Whether that participant is a tab of this browser. */
  names(participantId: string): boolean;
}

export interface ElsewherePorts {
  readonly rosters: Rosters;
  readonly browserNote: BrowserNote;
}

export interface OtherCall extends OwnCall {
  /** Another tab of this browser; otherwise another browser or device. */
  readonly inThisBrowser: boolean;
}

export class Elsewhere {
  readonly #ports: ElsewherePorts;
  readonly #changed: () => void;
  readonly #stop: () => void;
  readonly #own = new Set<string>();
  #call: OtherCall | null = null;
  #over = false;

  /** `ownId` is the participant that this page was before it was loaded anew: its ghost is not elsewhere. */
  constructor(ports: ElsewherePorts, ownId: string | null, changed: () => void) {
    this.#ports = ports;
    this.#changed = changed;
    if (ownId !== null) this.#own.add(ownId);
    this.#call = this.#find();
    this.#stop = ports.rosters.onChange(() => this.#look());
  }

  /** The call on another page, or null. */
  get call(): OtherCall | null {
    return this.#call;
  }

  /** Whether the call that was elsewhere has ended since this page last asked to join. */
  get over(): boolean {
    return this.#over;
  }

  /** This page asks to join. */
  joining(): void {
    this.#over = false;
  }

  /** This page is that participant. */
  become(participantId: string): void {
    if (this.#own.has(participantId)) return;
    this.#own.add(participantId);
    this.#ports.browserNote.write(participantId);
    this.#call = this.#find();
    this.#over = false;
  }

  close(): void {
    this.#stop();
  }

  #look(): void {
    const before = this.#call;
    this.#call = this.#find();
    if (same(before, this.#call)) return;
    this.#over = this.#call === null;
    this.#changed();
  }

  #find(): OtherCall | null {
    const { rosters, browserNote } = this.#ports;
    const other = rosters.ownCalls().find(({ participant }) => !this.#own.has(participant.id));
    return other ? { ...other, inThisBrowser: browserNote.names(other.participant.id) } : null;
  }
}

function same(one: OtherCall | null, other: OtherCall | null): boolean {
  return (
    one?.channelId === other?.channelId &&
    one?.participant === other?.participant &&
    one?.inThisBrowser === other?.inThisBrowser
  );
}
