/** Which dialog about channels is open. */
import type { Channel } from '../../core/protocol.generated';

export type ChannelDialog =
  { name: 'browse'; kind: Channel['kind'] } | { name: 'create' } | { name: 'options'; channelId: string };

export class ChannelDialogs {
  open = $state.raw<ChannelDialog | null>(null);

  show(dialog: ChannelDialog): void {
    this.open = dialog;
  }

  close(): void {
    this.open = null;
  }
}
