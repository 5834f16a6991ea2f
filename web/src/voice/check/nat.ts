/** What kind of address translation stands between this computer and the servers, as far as candidates tell. */
import type { GatheredCandidate } from './candidate';

/**
 * `none`: others see the address this computer has itself. `steady`: the router shows every server the same port, so direct
 * paths can be found. `varying`: another port for every server (a symmetric NAT), so that only a relay helps where the
 * other side has one as well. `unknown`: there is a router, and one server alone cannot tell its kind.
 */
export type Nat = 'none' | 'steady' | 'varying' | 'unknown';

/** `servers` is how many STUN servers have answered; they are asked from one port of this computer. */
export function natOf(candidates: readonly GatheredCandidate[], servers: number): Nat {
  const mapped = candidates.filter(({ kind, protocol }) => kind === 'srflx' && protocol === 'udp');
  if (mapped.length === 0) return 'none';
  const portsOfBase = new Map<number, Set<number>>();
  for (const { basePort, port } of mapped)
    portsOfBase.set(basePort, (portsOfBase.get(basePort) ?? new Set()).add(port));
  const hidden = portsOfBase.get(0);
  portsOfBase.delete(0);
  if ([...portsOfBase.values()].some((ports) => ports.size > 1)) return 'varying';
  // What the browser hides may belong to several networks of this computer.
  if (servers < 2 || (hidden && hidden.size > 1)) return 'unknown';
  return 'steady';
}
