/** Who is in a call, as far as an administrator sees: the rooms of their own channels. */
import type { State } from '../../core/state';
import { t } from '../i18n/translate';

/** How many people that are; one who is in twice for a moment counts once. */
export function callersIn({ rooms }: Pick<State, 'rooms'>): number {
  return new Set([...rooms.values()].flatMap((room) => room.participants.map(({ user_id }) => user_id))).size;
}

export function callersText(count: number): string {
  if (count === 0) return t('instance.voice_calls_none');
  return count === 1 ? t('instance.voice_calls_one') : t('instance.voice_calls_many', { count });
}
