/** What the voice bar shows for each state of the call. */
import type { VoiceView } from '../../voice';
import { t } from '../i18n/translate';

export type BarState = 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

/** Null when there is no bar. A call that was moved elsewhere counts as disconnected here. */
export function barStateOf(state: VoiceView['state']): BarState | null {
  if (state === 'idle') return null;
  if (state === 'joining') return 'connecting';
  return state === 'superseded' ? 'disconnected' : state;
}

export function barTextOf(state: BarState, channelName: string): string {
  return state === 'connected' ? channelName : t(`voice.${state}`);
}
