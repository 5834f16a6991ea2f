/** The round over all links, twice a second: watch the packets, let the ladders run, ask and vouch for peers. */
import { Ticker, type Clock } from './clock';
import { Contact } from './contact';
import type { Environment } from './environment';
import { GatewayWatch } from './gateway_watch';
import { everybodyHeard, type PeerFacts } from './green';
import { HeardReports } from './heard_reports';
import type { Links } from './links';
import type { PeerLink } from './peer_link';
import type { OwnSound } from './own_sound';
import { CallReports } from './reports';
import type { Roster } from './roster';
import type { Signalling } from './signalling';
import { StallQuestions } from './stall_questions';
import { VerdictInbox, type Verdicts } from './verdicts';

export type { OwnSound };

const TICK_MS = 500;
/** Browsers slow the timers of hidden pages to one a second. */
const HIDDEN_TICK_MS = 1_000;
/** After the network changed, packets get so long to show that they still flow. */
const WAKE_MS = 250;
/** A newcomer that is not heard gets so long before the server is asked about it. */
const ASK_ABOUT_NEWCOMER_MS = 3_000;

export interface RoundsPorts {
  readonly signalling: Signalling;
  readonly clock: Clock;
  readonly environment: Environment;
  readonly links: Links;
  readonly roster: Roster;
  /** Whether our microphone sends, so that reports on it are due. */
  sending(): boolean;
  playbackBlocked(): boolean;
  /** What is to be reported of our microphone. */
  ownSound(): OwnSound;
  /** Called at the end of each round. */
  done(): void;
  /** The call was away for too long to go on by itself. */
  awayTooLong(): void;
  note(event: string, details?: Record<string, unknown>): void;
}

export class Rounds {
  readonly #ports: RoundsPorts;
  readonly #gateway: GatewayWatch;
  readonly #questions: StallQuestions;
  readonly #heard: HeardReports;
  readonly #contact: Contact;
  readonly #reports: CallReports;
  readonly #verdicts: VerdictInbox;
  readonly #ticker: Ticker;
  #stopWaking: () => void = () => undefined;

  constructor(ports: RoundsPorts) {
    const { signalling, clock, environment } = ports;
    this.#ports = ports;
    this.#gateway = new GatewayWatch(signalling, clock, {
      answered: () => ports.links.advance(0),
      silent: () => this.#suspectTheHushed(),
    });
    this.#questions = new StallQuestions(signalling, clock);
    this.#heard = new HeardReports(signalling, clock);
    this.#contact = new Contact(clock);
    this.#reports = new CallReports(ports);
    this.#verdicts = new VerdictInbox(signalling, () => ports.done());
    const interval = () => (environment.hidden ? HIDDEN_TICK_MS : TICK_MS);
    this.#ticker = new Ticker(clock, interval, (elapsedMs, late) => this.#round(elapsedMs, late));
  }

  /** Whether the gateway is known not to answer. */
  get gatewayLost(): boolean {
    return this.#gateway.lost;
  }

  /** Whether repair may go on: the gateway is not even under suspicion. */
  get gatewayAnswers(): boolean {
    return this.#gateway.answers;
  }

  get awayTooLong(): boolean {
    return this.#contact.tooLong;
  }

  start(): void {
    this.#ticker.start();
    this.#verdicts.listen();
    this.#stopWaking();
    this.#stopWaking = this.#ports.environment.onWake((cause) => this.#woken(cause));
  }

  stop(): void {
    this.#ticker.stop();
    this.#verdicts.close();
    this.#stopWaking();
    this.#stopWaking = () => undefined;
  }

  gatewayRenewed(): void {
    this.#gateway.renewed();
    this.#reports.forget();
    this.#verdicts.forget();
  }

  /** A link was well and is not: our own path to the server is the first suspect, the peer the second. */
  troubled(link: PeerLink): void {
    void this.#gateway.suspect();
    this.#ask(link);
  }

  everybodyHeard(wasGreen: boolean): boolean {
    return everybodyHeard(
      this.#ports.links.all.map((link) => this.#facts(link)),
      wasGreen,
    );
  }

  heard(link: PeerLink): boolean {
    return link.heard(this.#ports.sending()) && !this.#ports.playbackBlocked();
  }

  /** What the server makes of both ends of that link. */
  readonly verdictsOn = ({ peerId }: PeerLink): Verdicts => this.#verdicts.on(peerId);

  get links(): readonly PeerLink[] {
    return this.#ports.links.all;
  }

  /** Whether that peer is heard and our sound is known not to arrive there. */
  readonly unheardBy = (link: PeerLink): boolean => link.unheard(this.#ports.sending());

  #facts(link: PeerLink): PeerFacts {
    return {
      heard: this.heard(link),
      present: link.present,
      failed: link.state === 'failed' || link.reason !== null,
      asking: this.#questions.asking(link.peerId),
      everHeard: link.everHeard,
      knownForMs: this.#ports.clock.now() - link.knownSince,
    };
  }

  #round(elapsedMs: number, late: boolean): void {
    const { links, signalling } = this.#ports;
    if (this.#contact.tooLong) return this.#ports.awayTooLong();
    if (late) {
      this.#ports.note('late tick', { elapsedMs });
      links.resetBaselines();
    }
    void links.sample();
    links.advance(late ? 0 : elapsedMs);
    this.#visit();
    this.#reports.report();
    void this.#listenBetween();
    if (links.missed) this.#gateway.hurry();
    if (signalling.live || links.all.some((link) => link.state === 'ok')) this.#contact.touch();
    this.#ports.done();
  }

  /** Nobody is heard any more: our own network may be gone or another one, and then the gateway does not answer either. */
  async #listenBetween(): Promise<void> {
    const { links } = this.#ports;
    await this.#pause(TICK_MS / 2);
    if (await links.lookForHush()) await this.#gateway.suspect(() => links.hushed);
  }

  /** Gateway and sound stopped together: there is no more to wait for. */
  #suspectTheHushed(): void {
    for (const link of this.#ports.links.all) if (link.state === 'ok' && link.hushed) link.suspect('gateway');
  }

  #visit(): void {
    const { links, roster, clock } = this.#ports;
    const now = clock.now();
    const vouchedFor: string[] = [];
    for (const link of links.all) {
      const entry = roster.participants.get(link.peerId);
      if (link.state === 'ok') {
        this.#questions.forget(link.peerId);
        if (link.heard(false) && entry?.connection !== 'connected') vouchedFor.push(link.peerId);
      } else if (!entry && roster.settled) {
        links.remove(link.peerId); // departed, and no sound says otherwise
      } else if (link.everHeard || now - link.knownSince > ASK_ABOUT_NEWCOMER_MS) {
        this.#ask(link);
      }
    }
    this.#heard.report(vouchedFor);
  }

  #ask(link: PeerLink): void {
    void this.#questions.ask(link.peerId, (present) => {
      link.present = present;
    });
  }

  /** Whatever does not show a packet within a moment is repaired at once: the network may be another one. */
  #woken(cause: 'online' | 'visible'): void {
    this.#ports.note('woken', { cause });
    void this.#watchBriefly(cause);
  }

  async #watchBriefly(cause: 'online' | 'visible'): Promise<void> {
    const asked = this.#gateway.suspect();
    const before = await this.#receivedAfter(WAKE_MS / 2);
    const after = await this.#receivedAfter(WAKE_MS / 2);
    for (const [link, received] of after) {
      const telling = link.participant.sends_audio || cause === 'online';
      if (telling && before.get(link) === received) link.suspect(cause);
    }
    await asked;
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#ports.clock.after(milliseconds, resolve));
  }

  async #receivedAfter(milliseconds: number): Promise<Map<PeerLink, number>> {
    const { links } = this.#ports;
    await this.#pause(milliseconds);
    await links.sample();
    return new Map(links.all.map((link) => [link, link.received]));
  }
}
