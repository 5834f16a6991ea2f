/** Which one reason the voice bar shows: of a refusal, of a lost gateway, or of the peer that cannot be heard. */
import type { PeerLink } from './peer_link';
import { isReasonCode, reasonOf, type Reason } from './reasons';
import { isLost, type Refusal } from './signalling';

/** What people and channels are called; the engine itself knows ids only. */
export interface Names {
  user(userId: string): string;
  channel(channelId: string): string;
}

/** The server has not let us in; the reason is a stable one. */
export class JoinRefused extends Error {
  constructor(readonly reason: Reason) {
    super(reason.sentence);
    this.name = 'JoinRefused';
  }
}

export function reasonOfRefusal(refusal: Refusal, names: Names): Reason {
  if (isLost(refusal)) return reasonOf('server_unreachable');
  if (refusal.code === 'already_in_channel') return alreadyIn(refusal.detail, names);
  if (refusal.code === 'not_voice_channel') return reasonOf('not_found');
  if (isReasonCode(refusal.code)) return reasonOf(refusal.code, refusal.detail);
  return reasonOf('join_failed', refusal.code);
}

/** Why the server has put us out, by the code it gives the page. */
export function reasonOfEviction(code: string): Reason {
  return reasonOf(code === 'voice_disabled' ? code : 'kicked');
}

function alreadyIn(detail: unknown, names: Names): Reason {
  const { channel_id: channelId, device } = (detail ?? {}) as { channel_id?: unknown; device?: unknown };
  if (typeof channelId !== 'string' || typeof device !== 'string')
    return reasonOf('already_in_channel', detail);
  return reasonOf(
    'already_in_channel',
    detail,
    `You are already in ${names.channel(channelId)} on ${device}.`,
  );
}

/** The reason while in the room: null when there is nothing to explain. */
export function reasonInRoom(links: readonly PeerLink[], gatewayLost: boolean, names: Names): Reason | null {
  if (gatewayLost) {
    const allSilent = links.length > 0 && links.every((link) => link.state !== 'ok');
    return reasonOf(allSilent ? 'connection_down' : 'server_unreachable');
  }
  const link = links.find((one) => one.present && one.reason && one.state !== 'ok');
  if (!link?.reason) return null;
  const { participant, reason } = link;
  const sentence = `Cannot hear ${names.user(participant.user_id)}: ${lowerFirst(reason.sentence)}`;
  return { ...reason, sentence, detail: { participant_id: participant.id, user_id: participant.user_id } };
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
