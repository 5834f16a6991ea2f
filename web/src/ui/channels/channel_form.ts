/** A channel as a form, and what in it was changed. */
import type { ChannelForm } from '../../core/api';
import type { Channel } from '../../core/protocol.generated';

export function formOf(channel: Channel): ChannelForm {
  const { name, topic, visibility, is_default, write_permission, user_limit } = channel;
  return { name, topic, visibility, is_default, write_permission, user_limit };
}

/** Only what is different: what somebody else has changed meanwhile is not changed back. */
export function changeOf(before: ChannelForm, after: ChannelForm): Partial<ChannelForm> {
  const keys = Object.keys(before) as (keyof ChannelForm)[];
  return Object.fromEntries(keys.filter((key) => before[key] !== after[key]).map((key) => [key, after[key]]));
}
