/** The voice engine wired to a real browser: the only folder of the engine that knows one. */
import type { Clock } from '../clock';
import { VoiceController } from '../controller';
import { Diagnostics } from '../diagnostics';
import type { Rosters } from '../elsewhere';
import { howToAllowMicrophone } from '../microphone_help';
import type { Names } from '../room_reason';
import type { ChoicesPort } from '../settings';
import type { Signalling } from '../signalling';
import { createSink } from './audio_sink';
import { mediaInputs, speakers } from './media';
import { beacon, browserNote, copy, environment, holdScreen, memory, newId, settingsPort } from './page';
import { connect } from './peer_connection';
import { createSound } from './sound';
import type { playSound } from './sound_player';
import { talkSurface } from './talk_surface';

export interface BrowserVoiceOptions {
  readonly signalling: Signalling;
  readonly clock: Clock;
  readonly userId: string;
  readonly names: Names;
  readonly rosters: Rosters;
  /** What the user has chosen, here or on another device. */
  readonly choices: ChoicesPort;
}

/** The first one is late by the loading of it. */
async function playLater(...what: Parameters<typeof playSound>): Promise<void> {
  const player = await import('./sound_player');
  await player.playSound(...what);
}

/** The voice of this page; one is enough for as long as somebody is logged in. */
export function createBrowserVoice(options: BrowserVoiceOptions): VoiceController {
  return new VoiceController({
    ...options,
    diagnostics: new Diagnostics(options.clock),
    connect,
    inputs: mediaInputs,
    createSink,
    speakers,
    createSound,
    playSound: (sound, output) => void playLater(sound, output).catch(() => undefined), // a call goes on without
    holdScreen: holdScreen(),
    talkSurface,
    environment,
    settings: settingsPort(options.choices),
    memory,
    browserNote,
    beacon,
    newId,
    copy,
    microphoneHelp: howToAllowMicrophone({
      userAgent: navigator.userAgent,
      touch: navigator.maxTouchPoints > 1,
    }),
    instanceHost: location.hostname,
  });
}
