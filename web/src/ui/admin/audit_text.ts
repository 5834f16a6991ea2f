/** An entry of the audit log as a sentence. */
import type { AuditEntry } from '../../core/admin_api';
import type { User } from '../../core/protocol.generated';
import { t, type TextKey } from '../i18n/translate';

export interface AuditNames {
  /** Who has this id, or undefined. */
  user(id: string): Pick<User, 'user_name' | 'display_name'> | undefined;
  /** The name of a channel this administrator is in, or undefined. */
  channel(id: string): string | undefined;
}

const SENTENCES: Readonly<Record<string, TextKey>> = {
  administrator_created: 'audit.administrator_created',
  channel_created: 'audit.channel_created',
  channel_deleted: 'audit.channel_deleted',
  channel_updated: 'audit.channel_updated',
  invite_created: 'audit.invite_created',
  invite_revoked: 'audit.invite_revoked',
  member_added: 'audit.member_added',
  member_removed: 'audit.member_removed',
  message_deleted: 'audit.message_deleted',
  participant_disconnected: 'audit.participant_disconnected',
  participant_moved: 'audit.participant_moved',
  participant_muted: 'audit.participant_muted',
  participant_unmuted: 'audit.participant_unmuted',
  reset_link_made: 'audit.reset_link_made',
  role_changed: 'audit.role_changed',
  settings_changed: 'audit.settings_changed',
  user_disabled: 'audit.user_disabled',
  user_enabled: 'audit.user_enabled',
};

export function auditText({ action, actor_id, subject_id, detail }: AuditEntry, names: AuditNames): string {
  const actor = actor_id === null ? t('audit.operator') : userName(actor_id, names);
  const isFirst = action === 'administrator_created' && actor_id === subject_id;
  const sentence = isFirst ? 'audit.set_up' : SENTENCES[action];
  if (sentence === undefined) return t('audit.unknown', { actor, action });
  return t(sentence, {
    actor,
    subject: subject_id === null ? '' : userName(subject_id, names),
    channel: channelName(detail['name'], detail['channel_id'] ?? subject_id, names),
    role: detail['role'] === 'administrator' ? t('role.administrator') : t('role.member'),
    changed: detail['changed'] ?? '',
    changes: Object.entries(detail)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', '),
  });
}

/** The name nobody else can have comes first; what follows is set apart, so that no script writes around it. */
function userName(id: string, names: AuditNames): string {
  const user = names.user(id);
  if (user === undefined) return t('audit.somebody');
  const { user_name, display_name } = user;
  return display_name === user_name ? `@${user_name}` : `@${user_name} (\u2068${display_name}\u2069)`;
}

function channelName(name: string | undefined, id: string | null, names: AuditNames): string {
  return name ?? (id === null ? undefined : names.channel(id)) ?? t('audit.private_channel');
}
