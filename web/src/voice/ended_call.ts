/** What the bar of a call that is over says and offers, by where the user's voice is now. */
import type { Elsewhere } from './elsewhere';
import { reasonOf, type Reason } from './reasons';
import { reasonElsewhere, type Names } from './room_reason';
import type { RoomState } from './room_state';

/** Ends that matter less than that the call goes on elsewhere; the others would meet whoever tries again there, too. */
const YIELDING: ReadonlySet<Reason['code']> = new Set([
  'already_in_channel',
  'page_reloaded',
  'away_too_long',
  'server_unreachable',
]);

export interface Ending {
  readonly reason: Reason | null;
  readonly canRejoin: boolean;
  readonly canMoveHere: boolean;
}

/** `reason` is why the call is over, as it was said then. A call that is not over offers neither. */
export function endingOf(
  state: RoomState,
  reason: Reason | null,
  { call, over }: Pick<Elsewhere, 'call' | 'over'>,
  names: Names,
): Ending {
  if (state !== 'disconnected' && state !== 'superseded')
    return { reason, canRejoin: false, canMoveHere: false };
  const yields = reason !== null && YIELDING.has(reason.code);
  if (call && (yields || state === 'superseded')) {
    const said = yields ? reasonElsewhere(call, names) : reason;
    return { reason: said, canRejoin: false, canMoveHere: true };
  }
  const held = state === 'superseded' || reason?.code === 'already_in_channel';
  if (held && over) return { reason: reasonOf('ended_elsewhere'), canRejoin: true, canMoveHere: false };
  return { reason, canRejoin: !held, canMoveHere: held };
}
