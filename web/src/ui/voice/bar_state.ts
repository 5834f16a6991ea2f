/** What the voice bar shows for each state of the call. */
import type { Reason, VoiceView } from '../../voice';
import { t } from '../i18n/translate';

export type BarState = 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

/** Null when there is no bar. A call that was moved elsewhere counts as disconnected here. */
export function barStateOf(state: VoiceView['state']): BarState | null {
  if (state === 'idle') return null;
  if (state === 'joining') return 'connecting';
  return state === 'superseded' ? 'disconnected' : state;
}

/**
 * The view as the bar shows it, knowing whether voice is switched on: whoever was put out by the switch is told when it is
 * on again, and can go back in only then.
 */
export function withSwitch(view: VoiceView, voiceEnabled: boolean): VoiceView {
  if (view.reason?.code !== 'voice_disabled' || barStateOf(view.state) !== 'disconnected') return view;
  if (!voiceEnabled) return { ...view, canRejoin: false };
  const said = { sentence: t('voice.on_again'), remedy: t('voice.on_again_remedy') };
  return { ...view, reason: { ...view.reason, ...said } };
}

/** What one is told about one's own sound; empty when there is nothing to say, or a reason says it. */
export function hintOf(view: VoiceView): string {
  if (view.mutedByAdministrator) return t('voice.ruled');
  if (view.talkingWhileMuted) return t('voice.talking_while_muted');
  if (view.stillMuted) return t('voice.still_muted');
  if (view.microphoneSilent && !view.muted && view.reason === null) return t('voice.microphone_silent');
  return view.suppressionFailed ? t('voice.suppression_failed') : '';
}

/** Whether a check of one's connection may tell more about it: the way there, or the microphone. */
export function helpsToCheck({ code, side }: Pick<Reason, 'code' | 'side'>): boolean {
  return side === 'network' || /^(mic_|relay_|udp_|connection_)/.test(code);
}

/** Whether leaving the page now would end something: a call that is there, or is coming about or back. */
export function isInCall(state: VoiceView['state']): boolean {
  const bar = barStateOf(state);
  return bar !== null && bar !== 'disconnected';
}

export function barTextOf(state: BarState, channelName: string): string {
  return state === 'connected' ? channelName : t(`voice.${state}`);
}
