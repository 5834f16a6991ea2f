/** The voice engine as the rest of the client uses it. */
export { VoiceController, type VoicePorts } from './controller';
export { Diagnostics } from './diagnostics';
export type { TalkMode } from './gate';
export type { Processing } from './microphone';
export type { Reason, ReasonCode, Side } from './reasons';
export { VoiceRoom } from './room';
export type { Names } from './room_reason';
export type { RoomState } from './room_state';
export {
  DEFAULT_SETTINGS,
  type CallMemory,
  type ChoicesPort,
  type SettingsPort,
  type Sound,
  type VoiceSettings,
} from './settings';
export type { Signalling } from './signalling';
export type { Stage } from './stage';
export type { TalkKey } from './talk_key';
export type { Verdict } from './verdict_texts';
export type { PeerView, VoiceView } from './view';
