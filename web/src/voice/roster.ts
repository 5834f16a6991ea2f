/** Who is in the room, as the server says, and whether what it says is complete. */
import type { Participant } from './wire';

export interface RosterSnapshot {
  readonly rev: number;
  readonly settled: boolean;
  readonly participants: readonly Participant[];
}

export class Roster {
  #participants = new Map<string, Participant>();
  #rev: number | null = null;
  #settled = false;

  get participants(): ReadonlyMap<string, Participant> {
    return this.#participants;
  }

  /** False after a start of the server: absence is not departure. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The count of changes begins anew with the next snapshot: the connection was lost, or the server restarted. */
  forgetRev(): void {
    this.#rev = null;
  }

  /** Takes a snapshot that answers a join, or one that is not older than what is known; answers whether it was taken. */
  load(snapshot: RosterSnapshot): boolean {
    if (this.#rev !== null && snapshot.rev < this.#rev) return false;
    this.#rev = snapshot.rev;
    this.#settled = snapshot.settled;
    this.#participants = new Map(snapshot.participants.map((one) => [one.id, one]));
    return true;
  }

  /** Takes news of one participant. */
  put(rev: number, participant: Participant): 'old' | 'taken' | 'jump' {
    const verdict = this.#count(rev);
    if (verdict !== 'old') this.#participants.set(participant.id, participant);
    return verdict;
  }

  /** Takes a departure; it counts even where the count of changes has a hole. */
  remove(rev: number, participantId: string): 'old' | 'taken' | 'jump' {
    const verdict = this.#count(rev);
    if (verdict !== 'old') this.#participants.delete(participantId);
    return verdict;
  }

  #count(rev: number): 'old' | 'taken' | 'jump' {
    const known = this.#rev;
    if (known === null) return 'taken';
    if (rev <= known) return 'old';
    this.#rev = rev;
    return rev === known + 1 ? 'taken' : 'jump';
  }
}
