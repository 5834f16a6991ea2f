/** The public channels of one kind that could be joined, page by page. */
import { ApiError, type Api } from '../../core/api';
import type { Channel } from '../../core/protocol.generated';
import { t } from '../i18n/translate';

export class Joinable {
  channels = $state.raw<readonly Channel[]>([]);
  loading = $state(false);
  problem = $state('');
  readonly #api: Pick<Api, 'channelsToJoin'>;
  readonly #kind: Channel['kind'];

  constructor(api: Pick<Api, 'channelsToJoin'>, kind: Channel['kind']) {
    this.#api = api;
    this.#kind = kind;
  }

  /** Asks for all pages anew; they are shown by position, as the sidebar will. */
  async load(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.problem = '';
    try {
      this.channels = (await this.#pages()).sort((a, b) => a.position - b.position);
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : t('error.unexpected');
    } finally {
      this.loading = false;
    }
  }

  async #pages(): Promise<Channel[]> {
    const found: Channel[] = [];
    let after: string | null = null;
    do {
      const page = await this.#api.channelsToJoin(this.#kind, after);
      found.push(...page.channels);
      after = page.next;
    } while (after !== null);
    return found;
  }
}
