/** What is said, and where the page goes, when one is no longer a member of a channel. */
import type { Client } from '../../core/client';
import type { Channel, MembershipRemoved } from '../../core/protocol.generated';
import { t } from '../i18n/translate';
import type { Router } from '../router.svelte';

/** What of the shared model this needs. */
export interface LostChannelModel {
  readonly client: Client;
  readonly router: Pick<Router, 'route' | 'navigate'>;
  readonly places: Map<string, unknown>;
}

export class LostChannel {
  /** A short notice; empty when there is nothing to say. */
  notice = $state('');
  readonly #model: LostChannelModel;
  #unasked = false;

  constructor(model: LostChannelModel) {
    this.#model = model;
    model.client.events.on('channelLost', ({ channel, reason }) => this.#meet(channel, reason));
  }

  /** Whether the view that opens now may take the focus: not one nobody asked for, in the midst of a sentence for another. */
  mayTakeFocus(): boolean {
    const may = !this.#unasked;
    this.#unasked = false;
    return may;
  }

  dismiss(): void {
    this.notice = '';
  }

  #meet(channel: Channel, reason: MembershipRemoved['reason']): void {
    this.#model.places.delete(channel.id);
    this.notice = reason === 'left' ? '' : noticeOf(channel, reason);
    const { route } = this.#model.router;
    if (route.name === 'channel' && route.channelId === channel.id) this.#goElsewhere();
  }

  #goElsewhere(): void {
    this.#unasked = true;
    this.#model.router.navigate('/', { replace: true });
  }
}

function noticeOf({ kind, name }: Channel, reason: MembershipRemoved['reason']): string {
  const channel = kind === 'text' ? `#${name}` : name;
  return t(reason === 'channel_deleted' ? 'channel.was_deleted' : 'channel.was_removed', { channel });
}
