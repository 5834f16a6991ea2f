/** The voice of one page, as the interface uses it: at most one call, its microphone, its sound, one view of it all. */
import { reasonOfCall } from './call_reason';
import { accompany, type CompanionPorts } from './companions';
import { CurrentCall } from './current_call';
import type { Diagnostics } from './diagnostics';
import { Elsewhere, type ElsewherePorts } from './elsewhere';
import { endingOf } from './ended_call';
import { withMicrophoneHelp } from './microphone_help';
import { MuteFlags, type Muting } from './mute_flags';
import type { PeerLink } from './peer_link';
import { withPeerSound } from './peer_sounds';
import type { ButtonFinger } from './push_to_talk';
import { reasonOf, type Reason } from './reasons';
import { VoiceRoom, type RoomOptions, type RoomPorts } from './room';
import type { CallMemory, PeerSound, RememberedCall, SettingsPort, Sound, VoiceSettings } from './settings';
import { SentOn } from './sent_on';
import { isSilenced, silencedPeers } from './silenced_peers';
import { stageOf } from './stage';
import { explain } from './verdict_texts';
import { NO_VERDICTS } from './verdicts';
import { viewOfPeer, type PeerView, type VoiceView } from './view';
import { VoiceInput, type VoiceInputPorts } from './voice_input';
import { VoiceOutput, type VoiceOutputPorts } from './voice_output';

/** A reload so recent is worth an offer to go back in. */
const REMEMBERED_MS = 60_000;

/** The ports of a room that lie outside the engine; the others are the controller itself. */
type OuterRoomPorts = Omit<
  RoomPorts,
  'self' | 'ownSound' | 'playbackBlocked' | 'play' | 'stopPlaying' | 'changed' | 'relayOnly'
>;

export interface VoicePorts
  extends OuterRoomPorts, VoiceInputPorts, VoiceOutputPorts, ElsewherePorts, CompanionPorts {
  readonly userId: string;
  readonly diagnostics: Diagnostics;
  readonly settings: SettingsPort;
  readonly memory: CallMemory;
  /** The way to allow it in this browser. */
  readonly microphoneHelp: string;
  /** Puts a text on the clipboard. */
  copy(text: string): Promise<void>;
}

export class VoiceController {
  readonly #ports: VoicePorts;
  readonly #call: CurrentCall;
  readonly #input: VoiceInput;
  readonly #output: VoiceOutput;
  readonly #sentOn: SentOn;
  readonly #stops: readonly (() => void)[];
  readonly #listeners = new Set<(view: VoiceView) => void>();
  #settings: VoiceSettings;
  readonly #flags: MuteFlags;
  readonly #elsewhere: Elsewhere;
  #remembered: RememberedCall | null;
  #view: VoiceView;
  #publishing = false;
  #disposed = false;

  constructor(ports: VoicePorts) {
    this.#ports = ports;
    this.#settings = ports.settings.load();
    this.#remembered = recentCall(ports);
    this.#flags = new MuteFlags(this.#remembered ?? { muted: false, deafened: false });
    this.#elsewhere = new Elsewhere(ports, this.#remembered?.participantId ?? null, () => this.#publish());
    this.#input = new VoiceInput(ports, this.#settings, {
      track: (track) => this.#call.running?.replaceTrack(track),
      changed: () => this.#inputChanged(),
    });
    this.#output = new VoiceOutput(ports, this.#settings, {
      blockedChanged: () => this.#call.running?.judgeAgain(),
      changed: () => this.#changed(),
      speakers: () => this.#speakers(),
    });
    this.#call = new CurrentCall({
      clock: ports.clock,
      createRoom: (options) => this.#createRoom(options),
      entered: () => this.#entered(),
      changed: () => this.#changed(),
    });
    this.#sentOn = new SentOn(ports.signalling, (participantId, channelId) => {
      if (this.#call.running?.participantId === participantId) void this.join(channelId);
    });
    this.#stops = [
      ports.environment.onPageHide(() => this.#hide()),
      ports.settings.onChange(() => this.#apply(ports.settings.load())),
      accompany(this, ports),
    ];
    this.#applyFlags();
    this.#view = this.#makeView();
  }

  /** Replaced, never changed, and the same object until something changes. */
  get view(): VoiceView {
    return this.#view;
  }

  /** Calls back with every new view; the answer stops that. */
  subscribe(listener: (view: VoiceView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Goes into a channel, leaving the one before; resolves when the server has answered. What came of it is in the view. */
  join(channelId: string): Promise<void> {
    return this.#join(channelId, false);
  }

  /** Leaves, or closes the bar of a call that is over. */
  disconnect(): void {
    this.#forgetReload();
    this.#call.disconnect();
  }

  /** Goes back into the channel of a call that is over. */
  rejoin(): Promise<void> {
    const { channelId, canRejoin } = this.#view;
    return channelId !== null && canRejoin ? this.#join(channelId, false) : Promise.resolve();
  }

  /** Takes the call over that another page of this user holds. */
  moveHere(): Promise<void> {
    const { channelId, canMoveHere } = this.#view;
    return channelId !== null && canMoveHere ? this.#join(channelId, true) : Promise.resolve();
  }

  mute(): void {
    this.#choose({ ...this.#flags.now, muted: true });
  }

  unmute(): void {
    this.#choose({ ...this.#flags.now, muted: false });
  }

  /** Silences everybody, also who comes later, and mutes. */
  deafen(): void {
    this.#choose({ muted: true, deafened: true });
  }

  /** Does not un-mute. */
  undeafen(): void {
    this.#choose({ ...this.#flags.now, deafened: false });
  }

  pressTalk(finger: ButtonFinger = 'pointer'): void {
    if (this.#settings.mode === 'push_to_talk') this.#input.press(finger);
  }

  releaseTalk(finger: ButtonFinger = 'pointer'): void {
    this.#input.release(finger);
  }

  /** A key is being pressed to be chosen, not to talk. */
  recordKey(recording: boolean): void {
    this.#input.recordingKey = recording;
  }

  get settings(): VoiceSettings {
    return this.#settings;
  }

  /** In force at once, also in a call that runs, and kept; what is left out stays. */
  configure(change: Partial<VoiceSettings>): void {
    this.#apply({ ...this.#settings, ...change });
    this.#ports.settings.save(change);
  }

  /** While somebody is at the list of the call nobody moves in it. */
  holdOrder(held: boolean): void {
    this.#output.holdOrder(held);
  }

  /** How one hears somebody, in this call and in every other. */
  hearPeer(userId: string, change: Partial<PeerSound>): void {
    this.configure({ peerSounds: withPeerSound(this.#settings.peerSounds, userId, change) });
  }

  /** To hear what it is like. */
  playSound(sound: Sound): void {
    this.#ports.playSound(sound, this.#settings);
  }

  /** Asks for the microphone again, after the person has allowed it or plugged it in. What came of it is in the view. */
  retryMicrophone(): Promise<void> {
    return this.#call.running ? this.#input.retry() : Promise.resolve();
  }

  /** To be called from a click, when the browser wants one before it plays sound. */
  async enableSound(): Promise<void> {
    await this.#output.enableSound();
    this.#changed();
  }

  /** Copies what the engine did lately, without addresses, and answers it. */
  async copyDiagnostics(): Promise<string> {
    const text = this.#ports.diagnostics.export();
    await this.#ports.copy(text);
    return text;
  }

  /** Leaves and releases everything; the controller is of no use afterwards. */
  dispose(): void {
    this.#disposed = true;
    this.disconnect();
    for (const stop of this.#stops) stop();
    this.#elsewhere.close();
    this.#listeners.clear();
  }

  #join(channelId: string, takeover: boolean): Promise<void> {
    if (this.#disposed) return Promise.resolve();
    this.#forgetReload();
    this.#flags.joining(takeover ? (this.#elsewhere.call?.participant ?? null) : null);
    this.#applyFlags();
    this.#elsewhere.joining();
    return this.#call.join(channelId, takeover);
  }

  #createRoom(options: Omit<RoomOptions, 'userId'>): VoiceRoom {
    const outer: OuterRoomPorts = this.#ports;
    const ports: RoomPorts = {
      ...outer,
      relayOnly: () => this.#settings.relayOnly,
      self: () => ({ ...this.#flags.now, sends_audio: this.#input.live }),
      ownSound: () => this.#input.sound(),
      playbackBlocked: () => this.#output.blocked,
      play: (peerId, userId, track) => this.#output.attach(peerId, userId, track),
      stopPlaying: (peerId) => this.#output.detach(peerId),
      changed: () => this.#changed(),
    };
    return new VoiceRoom(ports, { ...options, userId: this.#ports.userId });
  }

  /** Only now: a microphone that is on although one is not in the room would be a lie. */
  #entered(): void {
    const { running } = this.#call;
    if (running?.self) this.#flags.admitted(running.self);
    this.#flags.rule(running?.self?.muted_by_administrator ?? false);
    this.#applyFlags();
    running?.replaceTrack(this.#input.track);
    this.#input.start();
    this.#output.start();
    this.#sentOn.start();
  }

  /** In force from now on, also in a call that runs. */
  #apply(settings: VoiceSettings): void {
    const other = settings.relayOnly !== this.#settings.relayOnly;
    this.#settings = settings;
    if (other) this.#call.running?.links.reroute();
    this.#input.configure(this.#settings);
    this.#output.configure(settings);
    this.#changed();
  }

  #choose(flags: Muting): void {
    this.#flags.choose(flags);
    this.#applyFlags();
    this.#call.running?.selfChanged();
    this.#changed();
  }

  #applyFlags(): void {
    const { now, byAdministrator } = this.#flags;
    this.#input.setFlags({ ...now, mutedByAdministrator: byAdministrator });
    this.#output.deafened = now.deafened;
  }

  #inputChanged(): void {
    this.#call.running?.selfChanged();
    this.#publish();
  }

  #hide(): void {
    const { running } = this.#call;
    const { channelId, participantId } = running ??
      this.#remembered ?? { channelId: null, participantId: null };
    if (channelId !== null) this.#ports.memory.save({ channelId, participantId, ...this.#flags.now });
  }

  #forgetReload(): void {
    this.#remembered = null;
    this.#ports.memory.clear();
  }

  *#speakers() {
    const self = this.#call.running?.participantId ?? null;
    if (self !== null) yield { id: self, level: () => (this.#input.view().selfSpeaking ? 1 : 0) };
    for (const link of this.#call.running?.links.all ?? []) {
      const level = () => (isSilenced(link) ? 0 : (link.pair.current?.audioLevel() ?? 0));
      yield { id: link.peerId, level };
    }
  }

  /** Whatever happens, the microphone is on only while a call runs. */
  #changed(): void {
    this.#followRules();
    const participantId = this.#call.running?.participantId ?? null;
    if (participantId !== null) this.#elsewhere.become(participantId);
    else {
      this.#input.stop();
      this.#output.stop();
      this.#sentOn.stop();
    }
    this.#publish();
  }

  #followRules(): void {
    const { running } = this.#call;
    if (this.#flags.rule(running?.self?.muted_by_administrator ?? false)) this.#applyFlags();
    this.#output.silenced = silencedPeers(running?.links.all ?? []);
  }

  #publish(): void {
    if (this.#publishing) return;
    this.#publishing = true;
    queueMicrotask(() => {
      this.#publishing = false;
      this.#view = this.#makeView();
      for (const listener of [...this.#listeners]) listener(this.#view);
    });
  }

  #makeView(): VoiceView {
    const { room } = this.#call;
    const state = room?.state ?? (this.#remembered === null ? 'idle' : 'disconnected');
    const links = room?.links.all ?? [];
    const peers = new Map(links.map((link) => [link.peerId, this.#viewOfPeer(link)]));
    return {
      state,
      channelId: room?.channelId ?? this.#channelOfOffer(),
      participantId: room?.participantId ?? null,
      ...endingOf(state, reasonOfCall(this.#reason(), peers), this.#elsewhere, this.#ports.names),
      stage: stageOf({
        state,
        admitted: (room?.participantId ?? null) !== null,
        links,
        microphone: this.#input.microphone,
      }),
      ...this.#flags.now,
      mode: this.#settings.mode,
      ...this.#input.view(),
      mutedByAdministrator: this.#flags.byAdministrator,
      ...this.#output.view(),
      stillMuted: this.#flags.stillMuted,
      talkingWhileMuted: this.#flags.now.muted && this.#input.talking,
      playbackBlocked: this.#output.blocked,
      peers,
    };
  }

  #viewOfPeer(link: PeerLink): PeerView {
    const { room } = this.#call;
    const verdicts = room?.verdictsOn(link) ?? NO_VERDICTS;
    return viewOfPeer(link, {
      speaking: this.#output.isSpeaking(link.peerId),
      mutedForMe: this.#output.isMutedForMe(link.participant.user_id),
      sending: this.#input.live,
      verdicts: explain(verdicts, this.#ports.names.user(link.participant.user_id)),
    });
  }

  /** After a reload: where one was, or where the call is by now. */
  #channelOfOffer(): string | null {
    if (this.#remembered === null) return null;
    return this.#elsewhere.call?.channelId ?? this.#remembered.channelId;
  }

  #reason(): Reason | null {
    const { room, notice } = this.#call;
    if (!room) return this.#remembered === null ? null : reasonOf('page_reloaded');
    const microphone = this.#input.reason;
    const local = this.#output.blocked ? 'playback_blocked' : microphone;
    return (
      notice ?? room.reason ?? (local && withMicrophoneHelp(reasonOf(local), this.#ports.microphoneHelp))
    );
  }
}

function recentCall({ memory, clock }: VoicePorts): RememberedCall | null {
  const last = memory.load();
  memory.clear();
  return last && clock.wallNow() - last.at <= REMEMBERED_MS ? last : null;
}
