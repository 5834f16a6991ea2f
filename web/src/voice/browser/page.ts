/** The page itself: sleep and waking, closing, what it remembers, and what it says by HTTP. */
import type { Goodbye } from '../admission';
import type { BrowserNote } from '../elsewhere';
import type { Environment } from '../environment';
import { CALL_KEY } from '../remembered_call';
import type { ScreenLockPorts } from '../screen_lock';
import {
  choicesOf,
  settingsOf,
  type CallMemory,
  type ChoicesPort,
  type Devices,
  type SettingsPort,
} from '../settings';

const DEVICES_KEY = 'cromulent.voice';
const NOTE_KEY = 'cromulent.participant';
const LEAVE_URL = '/api/v1/voice/leave';

export const environment: Environment = {
  get hidden() {
    return document.hidden;
  },

  onWake(handler) {
    const stop = new AbortController();
    const { signal } = stop;
    const { connection } = navigator as { connection?: EventTarget }; // not in every browser
    window.addEventListener('online', () => handler('online'), { signal });
    connection?.addEventListener('change', () => handler('online'), { signal });
    document.addEventListener('visibilitychange', () => document.hidden || handler('visible'), { signal });
    return () => stop.abort();
  },

  onPageHide(handler) {
    window.addEventListener('pagehide', handler);
    return () => window.removeEventListener('pagehide', handler);
  },
};

/** On phones, which are held and put away: where fingers point. */
export function holdScreen(): ScreenLockPorts['holdScreen'] {
  const { wakeLock } = navigator as { wakeLock?: WakeLock }; // neither in every browser nor on pages without TLS
  const onPhone = matchMedia('(pointer: coarse)').matches;
  return wakeLock && onPhone ? () => wakeLock.request('screen') : null;
}

/** What follows the person is kept elsewhere; which devices are used stays with this one. */
export function settingsPort(choices: ChoicesPort): SettingsPort {
  const kept = (): object => read<Partial<Devices>>(() => localStorage, DEVICES_KEY) ?? {};
  return {
    load: () => settingsOf(choices.current, kept()),
    save: (change) => {
      const { inputDeviceId, outputDeviceId } = change;
      const devices = { ...kept(), ...defined({ inputDeviceId, outputDeviceId }) };
      if ('inputDeviceId' in change || 'outputDeviceId' in change)
        write(() => localStorage, DEVICES_KEY, devices);
      choices.choose(choicesOf(change));
    },
    onChange: (handler) => choices.onChange(handler),
  };
}

type Remembered = NonNullable<ReturnType<CallMemory['load']>>;

const NOTHING_KNOWN: Remembered = {
  channelId: '',
  participantId: null,
  muted: false,
  deafened: false,
  at: 0,
};

/** In the storage of this tab; the token is not in it. */
export const memory: CallMemory = {
  load: () => {
    const call = read<Partial<Remembered>>(() => sessionStorage, CALL_KEY);
    return call && { ...NOTHING_KNOWN, ...call }; // an older version of this page may have written less
  },
  save: (call) => write(() => sessionStorage, CALL_KEY, { ...call, at: Date.now() }),
  clear: () => write(() => sessionStorage, CALL_KEY, null),
};

/** In the storage that all tabs share. One voice a user: the newest participant is enough. */
export const browserNote: BrowserNote = {
  write: (participantId) => write(() => localStorage, NOTE_KEY, participantId),
  names: (participantId) => read(() => localStorage, NOTE_KEY) === participantId,
};

export function beacon(goodbye: Goodbye): void {
  navigator.sendBeacon(LEAVE_URL, new Blob([JSON.stringify(goodbye)], { type: 'application/json' }));
}

/** A random UUID; `crypto.randomUUID` is missing on pages without TLS. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Pages without TLS have no clipboard. */
export async function copy(text: string): Promise<void> {
  await (navigator.clipboard as Clipboard | undefined)?.writeText(text);
}

function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** A storage may be closed to the page, or hold what somebody else wrote. */
function read<T>(storage: () => Storage, key: string): T | null {
  try {
    return JSON.parse(storage().getItem(key) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, JSON.stringify(value));
  } catch {
    // what cannot be kept is chosen anew next time
  }
}
