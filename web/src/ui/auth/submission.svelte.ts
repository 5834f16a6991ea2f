/** A form on its way: under way, refused with a sentence, or done. */
import { ApiError } from '../../core/api';
import { t } from '../i18n/translate';

export class Submission {
  busy = $state(false);
  problem = $state('');
  /** The problem is that no answer came: over as soon as the server can be reached. */
  unanswered = $state(false);

  /** Runs `send` unless it runs already; the answer says whether it went through. */
  async run(send: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.clear();
    try {
      await send();
      return true;
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : t('error.unexpected');
      this.unanswered = error instanceof ApiError && error.status === 0;
      return false;
    } finally {
      this.busy = false;
    }
  }

  clear(): void {
    this.problem = '';
    this.unanswered = false;
  }
}
