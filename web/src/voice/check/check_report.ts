/** A check as a text to send to somebody: every line, in numbers, without an address and without a secret. */
import { withoutAddresses } from '../diagnostics';
import type { CheckVerdict } from './check_verdict';
import type { Findings } from './findings';
import { TRANSPORTS } from './given_servers';
import type { Step } from './steps';

export function checkReport(findings: Findings, steps: readonly Step[], verdict: CheckVerdict): string {
  const lines = [
    `verdict ${verdict.code}: ${verdict.sentence} ${verdict.remedy}`,
    ...steps.map(({ id, code, sentence }) => `${id} ${code ?? 'unknown'}: ${sentence}`),
    `relays given: ${findings.given?.join(', ') || 'none'}`,
    `candidates: ${countsOf(findings)}`,
    `nat: ${findings.stun?.nat ?? 'unknown'}`,
  ];
  return withoutAddresses(lines.map((line) => line.trimEnd()).join('\n'));
}

/** How many candidates of each kind were gathered. */
export function countsOf({ stun, relays }: Findings): string {
  const relayed = TRANSPORTS.flatMap((transport) => {
    const found = relays[transport];
    return found ? [`relay by ${transport} ${found.candidates}`] : [];
  });
  return [`host ${stun?.host ?? 0}`, `srflx ${stun?.srflx ?? 0}`, ...relayed].join(', ');
}
