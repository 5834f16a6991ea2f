/** Loads the members of a channel page by page into the state. */
import type { Api } from './api';
import { addMembersPage, noMembers } from './members';
import { addUsers, putMembers } from './state';
import type { Store } from './store';

export class MemberLoader {
  readonly #api: Pick<Api, 'members'>;
  readonly #store: Store;
  /** Counts fresh starts: pages asked for before one are no longer true. */
  #generation = 0;
  readonly #underWay = new Set<string>();

  constructor(api: Pick<Api, 'members'>, store: Store) {
    this.#api = api;
    this.#store = store;
  }

  restart(): void {
    this.#generation += 1;
    this.#underWay.clear();
  }

  /** Loads whoever is missing. A failure leaves the list incomplete, and the next call tries again. */
  async load(channelId: string): Promise<void> {
    if (this.#underWay.has(channelId) || this.#store.state.members.get(channelId)?.complete) return;
    this.#underWay.add(channelId);
    const generation = this.#generation;
    this.#store.change(
      (state) => putMembers(state, channelId, state.members.get(channelId) ?? noMembers), // events count from now on
    );
    try {
      await this.#loadPages(channelId, generation);
    } catch {
      // Incomplete: opening the channel again tries again.
    } finally {
      if (generation === this.#generation) this.#underWay.delete(channelId);
    }
  }

  async #loadPages(channelId: string, generation: number): Promise<void> {
    let after: string | null = null;
    do {
      const page = await this.#api.members(channelId, after);
      if (generation !== this.#generation) return;
      this.#store.change((state) => {
        const ids = page.users.map(({ id }) => id);
        const list = state.members.get(channelId) ?? noMembers;
        const longer = addMembersPage(list, ids, page.seq, page.next === null);
        return putMembers(addUsers(state, page.users), channelId, longer);
      });
      after = page.next;
    } while (after !== null);
  }
}
