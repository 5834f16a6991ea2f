/** The lines of a check: for each step what was found, in its words. Pure: the same findings give the same lines. */
import type { Findings, MicrophoneFinding, RelayFinding } from './findings';
import { lossPercentOf } from './findings';
import type { RelayTransport } from './given_servers';
import { TRANSPORTS } from './given_servers';
import { filledIn, textOf, type CheckCode, type Mark } from './texts';

export type StepId = 'server' | 'microphone' | 'stun' | `relay_${RelayTransport}` | 'loopback';

export interface Step {
  readonly id: StepId;
  /** Null while it is not known. */
  readonly code: CheckCode | null;
  readonly mark: Mark | null;
  readonly sentence: string;
  readonly remedy: string;
}

export const SLOW_MS = 400;
/** In percent. */
const LOSSY = 2;
const SILENT_DBFS = -95;
const QUIET_DBFS = -55;

type Values = Readonly<Record<string, string | number>>;

function step(id: StepId, code: CheckCode | null, values: Values = {}): Step {
  if (code === null) return { id, code, mark: null, sentence: '', remedy: '' };
  const { mark, sentence, remedy = '' } = textOf(code);
  return { id, code, mark, sentence: filledIn(sentence, values), remedy };
}

/** In the order in which they are shown. A relay of a kind that was not given has no line. */
export function stepsOf(findings: Findings): Step[] {
  const { given, relays } = findings;
  const shown = given ?? TRANSPORTS.filter((transport) => transport === 'udp');
  const relaySteps =
    given?.length === 0
      ? [step('relay_udp', 'relay_none_given')]
      : shown.map((transport) => relayStep(transport, relays[transport]));
  const steps = [serverStep(findings), microphoneStep(findings.microphone), stunStep(findings)];
  return isCut(findings) ? steps.slice(0, 2) : [...steps, ...relaySteps, loopbackStep(findings)];
}

/** Whether there was no way to look at the network. */
function isCut({ server, browserCalls }: Findings): boolean {
  return server !== null && (server.outcome !== 'answers' || !browserCalls);
}

function serverStep({ server, browserCalls }: Findings): Step {
  if (!server) return step('server', null);
  if (server.outcome === 'voice_disabled') return step('server', 'voice_disabled');
  if (server.outcome !== 'answers') return step('server', `server_${server.outcome}`);
  if (!browserCalls) return step('server', 'browser_cannot');
  const ms = server.roundTripMs ?? 0;
  return step('server', ms >= SLOW_MS ? 'server_slow' : 'server_answers', { ms });
}

function microphoneStep(found: MicrophoneFinding | null): Step {
  if (!found) return step('microphone', null);
  return step('microphone', codeOfMicrophone(found), { dbfs: found.loudestDbfs ?? '–' });
}

function codeOfMicrophone({ refused, loudestDbfs }: MicrophoneFinding): CheckCode {
  if (refused) return refused;
  if (loudestDbfs === null || loudestDbfs < SILENT_DBFS) return 'mic_silent';
  return loudestDbfs < QUIET_DBFS ? 'mic_quiet' : 'mic_works';
}

/** A silent STUN means that no UDP passes, unless the relay shows that it does. */
function stunStep({ stun, relays }: Findings): Step {
  if (!stun) return step('stun', null);
  if (stun.outcome === 'silent' && relays.udp?.outcome === 'works') return step('stun', 'stun_unclear');
  if (stun.outcome !== 'answers') return step('stun', `stun_${stun.outcome}`);
  return step('stun', `nat_${stun.nat ?? 'unknown'}`);
}

function relayStep(transport: RelayTransport, found: RelayFinding | undefined): Step {
  const id: StepId = `relay_${transport}`;
  if (!found) return step(id, null);
  const { received, roundTripMs } = found;
  return step(id, codeOfRelay(found), { received, ms: roundTripMs ?? '–', percent: lossPercentOf(found) });
}

function codeOfRelay(found: RelayFinding): CheckCode {
  if (found.outcome !== 'works') return `relay_${found.outcome}`;
  if (lossPercentOf(found) >= LOSSY) return 'relay_loses';
  return (found.roundTripMs ?? 0) >= SLOW_MS ? 'relay_slow' : 'relay_works';
}

function loopbackStep({ loopback }: Findings): Step {
  return step('loopback', loopback && `loop_${loopback.outcome}`);
}
