/** One's own voice through the relay and back: played, and measured at both ends. */
import type { AudioTrack } from '../peer_connection';
import type { AudioSink } from '../playback';
import type { LoopbackFinding } from './findings';
import type { RelayTransport } from './given_servers';
import { pause, type CheckPorts } from './ports';
import type { RelayLoop } from './relay_loop';

const LISTEN_MS = 6_000;
const LOOK_EVERY_MS = 100;
/** Who is louder than this speaks. */
export const SPEAKING_DBFS = -50;
/** What comes back may have been made quieter on its way. */
const AUDIBLE = 0.002;

export interface Voice {
  readonly track: AudioTrack;
  /** In dBFS. */
  level(): number;
}

export interface LoopbackOptions {
  readonly by: RelayTransport;
  readonly played: boolean;
  /** Empty for the system's choice. */
  readonly outputDeviceId: string;
}

export async function hearOneself(
  { clock, createSink }: Pick<CheckPorts, 'clock' | 'createSink'>,
  loop: RelayLoop,
  voice: Voice,
  { by, played, outputDeviceId }: LoopbackOptions,
  signal: AbortSignal,
): Promise<LoopbackFinding> {
  await loop.send(voice.track);
  const arriving = loop.arriving;
  if (!arriving) return { outcome: 'lost', by };
  const sink = createSink(arriving);
  try {
    sink.muted = !played;
    if (outputDeviceId) await sink.setSinkId?.(outputDeviceId).catch(() => undefined); // then where the system plays
    if (!(await plays(sink))) return { outcome: 'blocked', by };
    let spoke = false;
    const until = clock.now() + LISTEN_MS;
    while (clock.now() < until) {
      spoke ||= voice.level() >= SPEAKING_DBFS;
      if (spoke && loop.level() >= AUDIBLE && clock.now() + LISTEN_MS / 2 >= until)
        return { outcome: 'heard', by };
      await pause(clock, LOOK_EVERY_MS, signal);
    }
    return { outcome: spoke ? 'lost' : 'quiet', by };
  } finally {
    sink.close();
  }
}

async function plays(sink: AudioSink): Promise<boolean> {
  try {
    await sink.play();
    return true;
  } catch (error) {
    return !(error instanceof Error && error.name === 'NotAllowedError');
  }
}
