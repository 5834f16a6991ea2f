/** What the components share: the client, the address, the theme, the call; all of it readable by Svelte. */
import { createContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import type { InstanceInfo } from '../core/api';
import type { Client } from '../core/client';
import type { Clock } from '../core/clock';
import type { GatewayState } from '../core/gateway';
import type { Edit } from '../core/edits';
import type { HistoryView } from '../core/history';
import type { Message } from '../core/protocol.generated';
import type { State } from '../core/state';
import type { PendingMessage } from '../core/unsent_store';
import { ChannelDialogs } from './channels/dialogs.svelte';
import { LostChannel } from './channels/lost_channel.svelte';
import type { Place } from './messages/place';
import type { Router } from './router.svelte';
import type { ThemeChoice } from './theme.svelte';
import type { PageUpdate } from './update/page_update.svelte';
import type { VoiceSession } from './voice/voice_session.svelte';

export interface ModelParts {
  client: Client;
  router: Router;
  theme: ThemeChoice;
  voice: VoiceSession;
  clock: Clock;
  update: PageUpdate;
}

export interface ShownProfile {
  readonly userId: string;
  readonly anchor: HTMLElement;
}

export class Model {
  readonly client: Client;
  readonly router: Router;
  readonly theme: ThemeChoice;
  readonly voice: VoiceSession;
  readonly clock: Clock;
  readonly update: PageUpdate;
  /** What is said to screen readers next. */
  announcement = $state('');
  /** The message somebody is asked about: whether it is to be deleted. */
  deleting = $state.raw<Message | null>(null);
  /** Whose profile is shown, and at which name or picture. */
  profile = $state.raw<ShownProfile | null>(null);
  /** Public facts of the instance; null until they have come. */
  instance = $state.raw<InstanceInfo | null>(null);
  /** Where the reader of each channel was. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- read once, when a channel is opened
  readonly places = new Map<string, Place>();
  readonly channelDialogs = new ChannelDialogs();
  readonly lostChannel: LostChannel;
  /** Where one writes, while there is such a place. */
  composer: HTMLElement | null = null;
  readonly #follow: () => void;

  constructor({ client, router, theme, voice, clock, update }: ModelParts) {
    this.client = client;
    this.router = router;
    this.theme = theme;
    this.voice = voice;
    this.clock = clock;
    this.update = update;
    this.lostChannel = new LostChannel(this);
    this.#follow = createSubscriber((update) => client.store.subscribe(update));
  }

  get state(): State {
    this.#follow();
    return this.client.store.state;
  }

  get gateway(): GatewayState {
    this.#follow();
    return this.client.gateway.state;
  }

  get instanceName(): string {
    return this.state.instance?.name ?? this.instance?.name ?? 'Cromulent';
  }

  history(channelId: string): HistoryView | undefined {
    this.#follow();
    return this.client.histories.find(channelId)?.view;
  }

  pending(channelId: string): readonly PendingMessage[] {
    this.#follow();
    return this.client.outbox.pendingIn(channelId);
  }

  /** Whether something stands unsent in the composer of a channel. */
  hasDraft(channelId: string): boolean {
    this.#follow();
    return this.client.drafts.get(channelId) !== '';
  }

  /** The edit under way in a channel. */
  edit(channelId: string): Edit | undefined {
    this.#follow();
    return this.client.edits.find(channelId);
  }

  /** The name to show for a user id; a dash for somebody not known yet. */
  nameOf(userId: string): string {
    return this.state.users.get(userId)?.display_name ?? '–';
  }

  /** Back to writing; not on a phone, where that would bring up the keyboard. */
  focusComposer(): void {
    if (matchMedia('(pointer: fine)').matches) this.composer?.focus();
  }

  /** Loads the engine of the calls, because somebody is about to want it. */
  prepareVoice(): void {
    const { user } = this.state;
    if (user) void this.voice.prepare(user.id);
  }

  announce(text: string): void {
    this.announcement = text;
  }
}

export const [getModel, setModel] = createContext<Model>();
