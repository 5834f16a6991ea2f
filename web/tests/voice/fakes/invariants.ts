/** What must hold of pages at every moment of a schedule, and what the end of it must look like. */
import { isRunning, type Cast, type Stage } from './cast';
import type { Page } from './page';
import type { PeerView } from '../../../src/voice/view';

/** A newcomer may be silent for 5 s before the bar is not green any more, somebody else for 2 s; and it looks twice a second. */
const SILENT_MS = 7_500;
/** The ladder of a first connection ends at 15 s. */
const CONNECTING_MS = 17_500;
/** So long after somebody's gateway has come back, others may still think that nobody is there. */
const PRESENCE_MS = 11_000;
const REPAIRS_AT_ONCE = 6;
/** The server believes a vouching peer for so long at most. */
const MOST_GRACE_MS = 60_000;
/** Whose sound arrives for so long has been vouched for. */
const VOUCHED_MS = 10_000;

/** Of one link in one direction: what has not been so since when. */
interface Watched {
  /** No sound has come though it should. */
  silentSince: number;
  /** Sound has come without a break. */
  soundingSince: number | null;
  /** Milliseconds of connecting without a reason while nothing was in the way but the network. */
  connecting: number;
}

export class Invariants {
  readonly #stage: Stage;
  readonly #cast: Cast;
  #watched = new Map<string, Watched>();
  #lookedAt = 0;
  #lost: string | null = null;

  constructor(stage: Stage, cast: Cast) {
    this.#stage = stage;
    this.#cast = cast;
    stage.server.watching.lost = (id, awayMs) => this.#leaseLost(id, awayMs);
  }

  /** What is broken now, in words, or null. */
  look(): string | null {
    const broken = this.#pages() ?? this.#links() ?? this.#moves() ?? this.#lost;
    this.#lookedAt = this.#stage.clock.now();
    return broken ?? (this.#cast.surprises.length > 0 ? this.#cast.surprises.join() : null);
  }

  /** Never more connections than links and their successors, nor a microphone without a call. */
  #pages(): string | null {
    for (const { host, voice, inputs } of [...this.#cast.pages, ...this.#cast.graveyard]) {
      const { peers, state } = voice.view;
      const open = this.#stage.network.open(host);
      if (open > 2 * peers.size) return `${host} has ${open} connections for ${peers.size} peers`;
      const on = inputs.running.length;
      if (on > 1) return `${host} has ${on} microphones on`;
      if (on > 0 && !isRunning(voice.view)) return `${host} is ${state}, the microphone is on`;
      const repairing = [...peers.values()].filter((peer) => peer.state === 'repairing').length;
      if (repairing > REPAIRS_AT_ONCE) return `${host} repairs ${repairing} links at once`;
    }
    return null;
  }

  #links(): string | null {
    const sounding = this.#stage.network.sounding();
    const watched = new Map<string, Watched>();
    for (const page of this.#cast.pages) {
      for (const [peerId, peer] of page.voice.view.peers) {
        const key = `${page.voice.view.participantId} ${peerId}`;
        const broken = this.#link(page, peerId, peer, { key, sounding, watched });
        if (broken) return broken;
      }
    }
    this.#watched = watched;
    return null;
  }

  #link(
    page: Page,
    peerId: string,
    peer: PeerView,
    { key, sounding, watched }: { key: string; sounding: Set<string>; watched: Map<string, Watched> },
  ): string | null {
    const now = this.#stage.clock.now();
    const other = this.#cast.pageOf(peerId);
    const before = this.#watched.get(key) ?? { silentSince: now, soundingSince: null, connecting: 0 };
    const heardAt = this.#stage.network.soundAt.get(`${other?.host}>${page.host}`) ?? 0;
    const sounds = other !== undefined && sounding.has(`${other.host}>${page.host}`);
    const there =
      other !== undefined && !page.clock.frozen && other.gateway.awake && other.inputs.running.length > 0;
    const after = {
      silentSince: sounds ? now : there ? Math.max(before.silentSince, heardAt) : now + PRESENCE_MS,
      soundingSince: sounds ? (before.soundingSince ?? now) : null,
      connecting: this.#connecting(page, peer, before, other?.gateway.awake ?? false),
    };
    watched.set(key, after);
    const who = `${page.host} about ${other?.host}`;
    const silent = now - after.silentSince;
    if (page.voice.view.state === 'connected' && silent > SILENT_MS)
      return `the bar says connected though no sound can flow for ${silent} ms: ${who}`;
    return after.connecting > CONNECTING_MS ? `connecting without a reason for too long: ${who}` : null;
  }

  /** Counts less than nothing first, for what was in the way before. */
  #connecting(page: Page, peer: PeerView, { connecting }: Watched, there: boolean): number {
    if (peer.state !== 'connecting' || peer.reason !== null) return 0;
    const free = there && page.gateway.awake;
    return free ? connecting + this.#stage.clock.now() - this.#lookedAt : Math.min(connecting, -PRESENCE_MS);
  }

  /** A call is moved when a person asks for it, and at no other time. */
  #moves(): string | null {
    const joins = this.#stage.server.commands.filter((command) => command.t === 'voice.join');
    for (const user of this.#cast.users) {
      const taken = joins.filter((join) => join.user === user && (join.d as { takeover?: true }).takeover);
      const moves = new Set(taken.map((join) => (join.d as { join_id: string }).join_id)).size;
      const clicks = this.#cast.movesOf(user);
      if (moves > clicks) return `the call of ${user} was taken over ${moves} times by ${clicks} clicks`;
    }
    return null;
  }

  /** Nobody is dropped whose sound arrives at somebody who can say so. */
  #leaseLost(participantId: string, awayMs: number): void {
    const now = this.#stage.clock.now();
    for (const page of this.#cast.pages) {
      const since = this.#watched.get(`${page.voice.view.participantId} ${participantId}`)?.soundingSince;
      const vouched = since !== null && since !== undefined && now - since > VOUCHED_MS;
      if (vouched && page.gateway.working && awayMs <= MOST_GRACE_MS)
        this.#lost = `${participantId} was dropped though its sound arrives at ${page.host}`;
    }
  }
}
