/** What each dispatch carries, by its name: the tables of docs/protocol.md. */
import type {
  Channel,
  Message,
  Participant,
  PresenceChanged,
  Room,
  TypingStarted,
  User,
} from './protocol.generated';

export interface UserCreated {
  user: User;
}

export interface UserUpdated {
  user: User;
}

export interface MembershipAdded {
  channel: Channel;
  seq: number;
}

export interface MembershipRemoved {
  channel_id: string;
}

export interface ChannelUpdated {
  channel: Channel;
}

export interface ChannelMemberAdded {
  user_id: string;
}

export interface ChannelMemberRemoved {
  user_id: string;
}

export interface MessagePosted {
  message: Message;
}

export interface VoiceParticipantJoined {
  channel_id: string;
  rev: number;
  participant: Participant;
}

export type VoiceParticipantUpdated = VoiceParticipantJoined;

export interface VoiceParticipantLeft {
  channel_id: string;
  rev: number;
  participant_id: string;
  reason: 'left' | 'lost' | 'moved' | 'replaced' | 'kicked';
}

export type VoiceRoomSettled = Room;

/** Every dispatch by its name. */
export interface DispatchData {
  'user.created': UserCreated;
  'user.updated': UserUpdated;
  'membership.added': MembershipAdded;
  'membership.removed': MembershipRemoved;
  'channel.updated': ChannelUpdated;
  'channel.member_added': ChannelMemberAdded;
  'channel.member_removed': ChannelMemberRemoved;
  'message.posted': MessagePosted;
  'presence.changed': PresenceChanged;
  'typing.started': TypingStarted;
  'voice.participant_joined': VoiceParticipantJoined;
  'voice.participant_updated': VoiceParticipantUpdated;
  'voice.participant_left': VoiceParticipantLeft;
  'voice.room_settled': VoiceRoomSettled;
}
