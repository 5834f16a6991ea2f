/** Tells the server every 5 s, and when something has changed, what we see of the call: for the verdict. Never an address. */
import type { PeerReport, VoiceReport } from '../core/protocol.generated';
import type { Clock } from './clock';
import type { Links } from './links';
import type { OwnSound } from './own_sound';
import type { PeerLink } from './peer_link';
import type { Signalling } from './signalling';

const EVERY_MS = 5_000;
/** Changes sooner after a report than this wait. */
const BETWEEN_MS = 2_000;
/** The server takes no more. */
const PEERS = 64;

export interface ReportPorts {
  readonly signalling: Signalling;
  readonly clock: Clock;
  readonly links: Links;
  /** Whether our microphone sends, so that reports on it are due. */
  sending(): boolean;
  ownSound(): OwnSound;
  playbackBlocked(): boolean;
}

export class CallReports {
  readonly #ports: ReportPorts;
  #at = -Infinity;
  #said = '';

  constructor(ports: ReportPorts) {
    this.#ports = ports;
  }

  /** To be called often: reports when that is due. */
  report(): void {
    const { signalling, clock } = this.#ports;
    const age = clock.now() - this.#at;
    if (!signalling.live || age < BETWEEN_MS) return;
    const report = this.#read();
    const said = gist(report);
    if (age < EVERY_MS && said === this.#said) return;
    this.#at = clock.now();
    this.#said = said;
    signalling.command('voice.report', report).catch(() => undefined);
  }

  /** The server, perhaps a new one, knows nothing of us. */
  forget(): void {
    this.#at = -Infinity;
  }

  #read(): VoiceReport {
    const sending = this.#ports.sending();
    const peers = this.#ports.links.all.slice(0, PEERS).map((link) => reportOf(link, sending));
    const playback = this.#ports.playbackBlocked() ? 'blocked' : 'playing';
    return { ...this.#ports.ownSound(), playback, peers };
  }
}

/** What is worth a report before its time: not the numbers, which never stand still. */
function gist({ microphone, playback, peers }: VoiceReport): string {
  const links = peers.map((one) => [one.participant_id, one.link, one.reason, one.received_per_second > 0]);
  return JSON.stringify([microphone, playback, links]);
}

function reportOf(link: PeerLink, sending: boolean): PeerReport {
  return { participant_id: link.peerId, ...link.report(sending) };
}
