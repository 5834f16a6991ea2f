/** The order of channels in the sidebar. */
import type { Channel } from '../../core/protocol.generated';

export function channelsOfKind(channels: ReadonlyMap<string, Channel>, kind: Channel['kind']): Channel[] {
  const ofKind = [...channels.values()].filter((channel) => channel.kind === kind);
  return ofKind.sort((a, b) => a.position - b.position || a.name.localeCompare(b.name));
}

export function firstTextChannel(channels: ReadonlyMap<string, Channel>): Channel | undefined {
  return channelsOfKind(channels, 'text')[0];
}
