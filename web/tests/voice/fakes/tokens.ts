/** What the fake instance remembers of who was let in: resume tokens, what made them worth nothing, answered joins, who is muted. */

export interface Named {
  readonly participantId: string;
  readonly channelId: string;
}

/** Tokens are signed and revocations written down: both outlive a restart of the server. */
export class FakeTokens {
  readonly #named = new Map<string, Named>();
  readonly #revoked = new Map<string, 'superseded' | 'kicked'>();
  readonly #joined = new Map<string, string>();
  /** Users whom an administrator has muted: written down as well. */
  readonly muted = new Set<string>();

  give(named: Named): string {
    const token = `token of ${named.participantId}`;
    this.#named.set(token, named);
    return token;
  }

  /** Whom a token names; undefined if nobody. */
  read(token: string): Named | undefined {
    return this.#named.get(token);
  }

  revoke(participantId: string, why: 'superseded' | 'kicked'): void {
    this.#revoked.set(participantId, why);
  }

  whyRevoked({ participantId }: Named): 'superseded' | 'kicked' | undefined {
    return this.#revoked.get(participantId);
  }

  /** The same join id gets the same answer. */
  noteJoin(joinId: string, participantId: string): void {
    this.#joined.set(joinId, participantId);
  }

  joinedAs(joinId: string): string | undefined {
    return this.#joined.get(joinId);
  }

  /** The server was restarted. */
  forgetJoins(): void {
    this.#joined.clear();
  }
}
