/** Finds the profiles of people the snapshot did not bring: each is asked for once at a time, and while it is known no more. */
import type { User } from './protocol.generated';

export interface UserDirectoryPorts {
  isKnown(id: string): boolean;
  load(id: string): Promise<User>;
  found(user: User): void;
}

export class UserDirectory {
  readonly #ports: UserDirectoryPorts;
  readonly #asked = new Set<string>();

  constructor(ports: UserDirectoryPorts) {
    this.#ports = ports;
  }

  /** These people are about to be shown. */
  need(ids: Iterable<string>): void {
    for (const id of ids) {
      if (this.#asked.has(id) || this.#ports.isKnown(id)) continue;
      this.#asked.add(id);
      void this.#find(id);
    }
  }

  async #find(id: string): Promise<void> {
    try {
      this.#ports.found(await this.#ports.load(id));
    } catch {
      // Shown without a name until somebody needs it again.
    } finally {
      this.#asked.delete(id);
    }
  }
}
