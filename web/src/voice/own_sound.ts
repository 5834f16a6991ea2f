/** What is reported of our own microphone. */
import type { VoiceReport } from '../core/protocol.generated';
import type { Microphone } from './microphone';
import type { ReasonCode } from './reasons';
import type { Loudest } from './sound';

export type OwnSound = Pick<VoiceReport, 'microphone' | 'transmitting' | 'level_dbfs'>;

/** No open microphone is so silent in a room; one that is switched off is. */
export const SILENT_DBFS = -90;

const OF_REASON: Partial<Record<ReasonCode, VoiceReport['microphone']>> = {
  mic_denied: 'denied',
  mic_insecure: 'insecure',
  mic_missing: 'missing',
  mic_busy: 'busy',
};

/** How loud it is is said only while it is sent: what is spoken with a shut gate is nobody's. */
export function ownSound(
  { state, reason }: Pick<Microphone, 'state' | 'reason'>,
  transmitting: boolean,
  loudest: Loudest | null,
): OwnSound {
  const known = state === 'refused' ? ((reason && OF_REASON[reason]) ?? 'busy') : state;
  const silent = known === 'live' && loudest !== null && loudest.microphoneDbfs <= SILENT_DBFS;
  const level =
    transmitting && loudest !== null
      ? { level_dbfs: Math.round(Math.max(-100, Math.min(0, loudest.treatedDbfs))) }
      : {};
  return { microphone: silent ? 'silent' : known, transmitting, ...level };
}
