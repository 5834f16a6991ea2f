/** Which one reason the voice bar shows: of a refusal, of a lost gateway, or of the peer that cannot be heard. */
import type { OtherCall } from './elsewhere';
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
  const known = code === 'voice_disabled' || code === 'membership_left' || code === 'channel_deleted';
  return reasonOf(known ? code : 'kicked');
}

function alreadyIn(detail: unknown, names: Names): Reason {
  const { channel_id: channelId, device } = (detail ?? {}) as { channel_id?: unknown; device?: unknown };
  if (typeof channelId !== 'string' || typeof device !== 'string')
    return reasonOf('already_in_channel', detail);
  const sentence = `You are already in ${names.channel(channelId)} on ${device}.`;
  return reasonOf('already_in_channel', detail, sentence);
}

/** What is said of the end of a call while another page of the same user is in one. */
export function reasonElsewhere({ channelId, participant, inThisBrowser }: OtherCall, names: Names): Reason {
  const where = inThisBrowser ? 'in another tab' : `on ${participant.device}`;
  const detail = { channel_id: channelId, device: participant.device };
  return reasonOf('already_in_channel', detail, `You are already in ${names.channel(channelId)} ${where}.`);
}

export interface InRoom {
  readonly links: readonly PeerLink[];
  readonly gatewayLost: boolean;
  /** Whether our sound is known not to arrive at that peer. */
  readonly unheardBy: (link: PeerLink) => boolean;
}

/** The reason while in the room: null when there is nothing to explain. */
export function reasonInRoom({ links, gatewayLost, unheardBy }: InRoom, names: Names): Reason | null {
  if (gatewayLost) {
    const allSilent = links.length > 0 && links.every((link) => link.state !== 'ok');
    return reasonOf(allSilent ? 'connection_down' : 'server_unreachable');
  }
  const silent = links.find((one) => one.present && one.reason && one.state !== 'ok');
  if (silent?.reason) {
    const sentence = `Cannot hear ${nameOf(silent, names)}: ${lowerFirst(silent.reason.sentence)}`;
    return { ...silent.reason, sentence, detail: idsOf(silent) };
  }
  const deaf = links.find((one) => one.present && unheardBy(one));
  if (!deaf) return null;
  return reasonOf(
    'not_heard',
    idsOf(deaf),
    `${nameOf(deaf, names)} does not hear you: your sound does not arrive.`,
  );
}

/** While it is not known yet why somebody cannot be heard, nobody is blamed: only who it is is said. */
export function reasonOfRepair(links: readonly PeerLink[], names: Names): Reason | null {
  const silent = links.find((one) => one.present && (one.state === 'unstable' || one.state === 'repairing'));
  if (!silent) return null;
  return reasonOf('being_repaired', idsOf(silent), `Cannot hear ${nameOf(silent, names)} at the moment.`);
}

function nameOf({ participant }: PeerLink, names: Names): string {
  return names.user(participant.user_id);
}

function idsOf({ participant }: PeerLink) {
  return { participant_id: participant.id, user_id: participant.user_id };
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
