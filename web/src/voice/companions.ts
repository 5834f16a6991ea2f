/** What goes along with a call and has no say in it: the short sounds, and the screen that stays on. */
import { CallSounds, type CallSoundsPorts } from './call_sounds';
import { ScreenLock, type ScreenLockPorts } from './screen_lock';
import type { VoiceSettings } from './settings';
import type { VoiceView } from './view';

export interface CompanionPorts extends CallSoundsPorts, ScreenLockPorts {}

/** The voice of a page, as a companion follows it. */
interface Followed {
  readonly settings: VoiceSettings;
  subscribe(listener: (view: VoiceView) => void): () => void;
}

/** The answer ends it. */
export function accompany(voice: Followed, ports: CompanionPorts): () => void {
  const sounds = new CallSounds(ports, () => voice.settings);
  const screen = new ScreenLock(ports);
  const stop = voice.subscribe((view) => {
    sounds.follow(view);
    screen.follow(!['idle', 'disconnected', 'superseded'].includes(view.state));
  });
  return () => {
    stop();
    sounds.close();
    screen.close();
  };
}
