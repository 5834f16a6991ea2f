/** The one sentence of a check: the first rule that applies to what was found, the gravest first. */
import type { Findings } from './findings';
import { stepsOf, type Step } from './steps';
import { textOf, type CheckCode, type CheckText } from './texts';

const TEXTS = {
  closed: {
    mark: 'bad',
    sentence: 'Neither STUN nor the relay answers, so calls work at most within your own network.',
    remedy:
      'Try another network. If it is so from everywhere, an administrator must open the port of the relay.',
  },
  no_relay_no_udp: {
    mark: 'bad',
    sentence:
      'STUN does not answer and this server has no relay, so calls work at most within your own network.',
    remedy: 'Try another network, or ask an administrator for a relay over TCP.',
  },
  relay_down: {
    mark: 'bad',
    sentence: 'The relay does not work, so calls succeed only where two networks connect directly.',
    remedy: 'Try another network; if it is so from everywhere, tell an administrator.',
  },
  no_relay: {
    mark: 'warning',
    sentence: 'Calls work where two networks connect directly; this server has no relay for the others.',
    remedy: 'Ask an administrator for a relay if somebody cannot hear you.',
  },
  udp_blocked: {
    mark: 'warning',
    sentence: 'Calls work, by the relay over TCP: UDP does not get through.',
    remedy: 'Nothing to do; another network would sound better.',
  },
  relay_in_part: {
    mark: 'warning',
    sentence: 'Calls work, but not every way to the relay does.',
    remedy: 'Nothing to do here; tell an administrator which line below is red.',
  },
  unfinished: {
    mark: 'bad',
    sentence: 'The check did not come to its end: something on this page does not work.',
    remedy: 'Load the page anew, then check again.',
  },
  all_well: { mark: 'good', sentence: 'All is well: you can make calls.' },
} as const satisfies Record<string, CheckText>;

type OwnCode = keyof typeof TEXTS;

export type CheckVerdictCode = OwnCode | CheckCode;

export interface CheckVerdict {
  readonly code: CheckVerdictCode;
  readonly mark: CheckText['mark'];
  readonly sentence: string;
  readonly remedy: string;
}

/**
 * The gravest first: what stops every call, what stops some, the microphone, what was never found out, what is only a pity.
 * A line that says it all is said again in its own words.
 */
export function checkVerdictOf(findings: Findings): CheckVerdict {
  const steps = stepsOf(findings);
  const bad = (...ids: string[]) => steps.find(({ id, mark }) => mark === 'bad' && ids.includes(id));
  const network = networkVerdict(findings);
  if (network?.mark === 'bad') return network;
  const line = bad('server') ?? bad('microphone') ?? bad('loopback');
  if (line) return said(line);
  if (steps.some(({ code }) => code === null)) return named('unfinished');
  const pity = network ?? lineWorthSaying(steps);
  return pity ?? named('all_well');
}

/** What the ways by STUN and by relay amount to together; null where nothing is to be said, or nothing is known. */
function networkVerdict({ given, relays, stun }: Findings): CheckVerdict | null {
  if (!given || !stun) return null;
  const udp = stun.outcome !== 'silent';
  if (given.length === 0) return named(udp ? 'no_relay' : 'no_relay_no_udp');
  const outcomes = given.map((transport) => relays[transport]?.outcome ?? 'unreachable');
  if (outcomes.every((outcome) => outcome === 'works')) return null;
  if (outcomes.includes('works'))
    return named(relays.udp?.outcome === 'works' || udp ? 'relay_in_part' : 'udp_blocked');
  const cause = outcomes.find((outcome) => outcome !== 'unreachable');
  if (cause) return named(`relay_${cause}` as CheckCode);
  return named(udp ? 'relay_down' : 'closed');
}

/** A symmetric NAT or a silent STUN is no pity while every relay works. */
function lineWorthSaying(steps: readonly Step[]): CheckVerdict | null {
  const line = steps.find(({ id, mark }) => mark === 'warning' && id !== 'stun');
  return line ? said(line) : null;
}

function said({ code, mark, sentence, remedy }: Step): CheckVerdict {
  return { code: code!, mark: mark!, sentence, remedy };
}

function named(code: CheckVerdictCode): CheckVerdict {
  const {
    mark,
    sentence,
    remedy = '',
  }: CheckText = code in TEXTS ? TEXTS[code as OwnCode] : textOf(code as CheckCode);
  return { code, mark, sentence, remedy };
}
