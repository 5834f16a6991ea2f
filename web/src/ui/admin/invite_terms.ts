/** The terms an invite can have on the page, and how the state of one is said. */
import type { Invite } from '../../core/admin_api';
import { whenOf } from '../i18n/times';
import { t, type TextKey } from '../i18n/translate';

const HOUR = 3600;

export const LIVES: readonly { seconds: number | null; text: TextKey }[] = [
  { seconds: HOUR, text: 'invites.hour' },
  { seconds: 24 * HOUR, text: 'invites.day' },
  { seconds: 7 * 24 * HOUR, text: 'invites.week' },
  { seconds: 30 * 24 * HOUR, text: 'invites.month' },
  { seconds: null, text: 'invites.for_ever' },
];
export const DEFAULT_LIFE = 7 * 24 * HOUR;
export const USES: readonly (number | null)[] = [1, 5, 10, 25, 100, null];

export function usesText(limit: number | null): string {
  if (limit === null) return t('invites.unlimited');
  return limit === 1 ? t('invites.people_one') : t('invites.people_many', { count: limit });
}

export function inviteLink(secret: string): string {
  return `${location.origin}/invite#${secret}`;
}

/** Why an invite lets nobody in any more, or null while it does; `now` in ms. */
export function endOf(invite: Invite, now: number): string | null {
  if (invite.revoked_at !== null) return t('invites.revoked');
  if (invite.max_uses !== null && invite.uses >= invite.max_uses) return t('invites.used_up');
  return invite.expires_at !== null && Date.parse(invite.expires_at) <= now ? t('invites.expired') : null;
}

/** "2 of 5 came · until Today 10:24". */
export function stateOf(invite: Invite, now: number): string {
  const uses =
    invite.max_uses === null
      ? t('invites.used', { uses: invite.uses })
      : t('invites.used_of', { uses: invite.uses, limit: invite.max_uses });
  const open =
    invite.expires_at === null
      ? t('invites.expires_never')
      : t('invites.expires_at', { when: whenOf(Date.parse(invite.expires_at)) });
  return `${uses} · ${endOf(invite, now) ?? open}`;
}
