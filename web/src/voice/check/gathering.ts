/** Gathers candidates by STUN and says what they tell of the network. */
import type { GivenServers } from './given_servers';
import { readCandidate, type GatheredCandidate } from './candidate';
import type { StunFinding } from './findings';
import { natOf } from './nat';
import { pause, QUIET, type CheckPorts } from './ports';

/** Browsers give a silent STUN server up after some 10 s. */
const PATIENCE_MS = 10_500;
const LOOK_EVERY_MS = 100;

export async function gather(
  { clock, connect }: Pick<CheckPorts, 'clock' | 'connect'>,
  { stun }: GivenServers,
  signal: AbortSignal,
): Promise<StunFinding> {
  const found: GatheredCandidate[] = [];
  const silent = new Set<string>();
  let complete = false;
  const connection = connect!(
    { iceServers: [...stun], iceTransportPolicy: 'all' },
    {
      ...QUIET,
      icecandidate: ({ candidate }) => {
        const read = readCandidate(candidate ?? '');
        if (read) found.push(read);
      },
      icecandidateerror: (url) => silent.add(url),
      icegatheringcomplete: () => (complete = true),
    },
  );
  try {
    connection.addTransceiver('audio', { direction: 'sendrecv' });
    await connection.setLocalDescription();
    const until = clock.now() + PATIENCE_MS;
    while (!complete && clock.now() < until) await pause(clock, LOOK_EVERY_MS, signal);
  } finally {
    connection.close();
  }
  const asked = stun.flatMap(({ urls }) => urls).length;
  return findingOf(found, asked, complete ? silent.size : asked);
}

function findingOf(found: readonly GatheredCandidate[], asked: number, silent: number): StunFinding {
  const count = (kind: string) => found.filter((candidate) => candidate.kind === kind).length;
  const host = count('host');
  const srflx = count('srflx');
  if (asked === 0) return { outcome: 'none_given', nat: null, host, srflx };
  // Each network of this computer asks for itself: an error of one says nothing where another was answered.
  if (srflx === 0 && silent > 0) return { outcome: 'silent', nat: null, host, srflx };
  return { outcome: 'answers', nat: natOf(found, asked - silent), host, srflx };
}
