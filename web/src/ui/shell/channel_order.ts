/** The order of channels in the sidebar. */
import type { Channel } from '../../core/protocol.generated';

export function channelsOfKind(channels: ReadonlyMap<string, Channel>, kind: Channel['kind']): Channel[] {
  const ofKind = [...channels.values()].filter((channel) => channel.kind === kind);
  return ofKind.sort((a, b) => a.position - b.position || a.name.localeCompare(b.name));
}

export function firstTextChannel(channels: ReadonlyMap<string, Channel>): Channel | undefined {
  return channelsOfKind(channels, 'text')[0];
}

/** The text channel `by` places after another in the sidebar, around the end; the first or last one when that is not there. */
export function neighbourOf(
  channels: ReadonlyMap<string, Channel>,
  channelId: string | null,
  by: 1 | -1,
): Channel | undefined {
  const order = channelsOfKind(channels, 'text');
  const at = order.findIndex(({ id }) => id === channelId);
  return at < 0 ? order.at(by > 0 ? 0 : -1) : order[(at + by + order.length) % order.length];
}
