/** What a browser remembers of its user's settings: for the first moment of a page, and until the server has them. */
import { choicesIn, type Choices } from './choices';

export interface SettingsCache {
  /** Whose settings were in force here last, and which; of a browser that knows nobody, what was chosen before settings followed. */
  shown(): Shown;
  keepShown(shown: Shown): void;
  /** What a user has chosen here, in whichever tab, and the server has not yet taken. */
  unsent(userId: string): Choices;
  keepUnsent(userId: string, choices: Choices): void;
  /** What was chosen in this browser before settings followed their user. */
  earlier(): Choices;
  forgetEarlier(): void;
}

export interface Shown {
  readonly userId: string | null;
  readonly choices: Choices;
}

const SHOWN = 'cromulent.settings';
const UNSENT = 'cromulent.unsent_settings.';
const EARLIER_THEME = 'cromulent.theme';
/** The devices are still kept there. */
const EARLIER_VOICE = 'cromulent.voice';

interface EarlierVoice {
  readonly mode?: unknown;
  readonly talkKey?: { readonly kind?: unknown; readonly code?: unknown; readonly button?: unknown };
  readonly latching?: unknown;
  readonly thresholdDbfs?: unknown;
  readonly processing?: Readonly<Record<string, unknown>>;
  readonly inputDeviceId?: unknown;
  readonly outputDeviceId?: unknown;
}

/** In a storage all tabs share; what that does not take is kept as long as the page lives. */
export class BrowserSettingsCache implements SettingsCache {
  readonly #storage: () => Storage;
  readonly #notTaken = new Map<string, string | null>();

  /** Asking for the storage may throw where a browser is told to keep nothing. */
  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  shown(): Shown {
    const kept = parsed(this.#read(SHOWN)) as { user_id?: unknown; choices?: unknown } | null;
    if (typeof kept?.user_id !== 'string') return { userId: null, choices: this.earlier() };
    return { userId: kept.user_id, choices: choicesIn(kept.choices) };
  }

  keepShown({ userId, choices }: Shown): void {
    this.#write(SHOWN, JSON.stringify({ user_id: userId, choices }));
  }

  unsent(userId: string): Choices {
    return choicesIn(parsed(this.#read(UNSENT + userId)));
  }

  keepUnsent(userId: string, choices: Choices): void {
    const nothing = Object.keys(choices).length === 0;
    this.#write(UNSENT + userId, nothing ? null : JSON.stringify(choices));
  }

  earlier(): Choices {
    const voice = this.#earlierVoice();
    return choicesIn({
      theme: this.#read(EARLIER_THEME),
      talk_mode: voice.mode,
      talk_key: talkKey(voice.talkKey),
      talk_latching: voice.latching,
      voice_threshold_dbfs: voice.thresholdDbfs,
      echo_cancellation: voice.processing?.echoCancellation,
      noise_suppression: suppression(voice.processing?.['noiseSuppression']),
      auto_gain_control: voice.processing?.autoGainControl,
    });
  }

  forgetEarlier(): void {
    this.#write(EARLIER_THEME, null);
    const { inputDeviceId, outputDeviceId } = this.#earlierVoice();
    const devices = JSON.stringify({ inputDeviceId, outputDeviceId });
    this.#write(EARLIER_VOICE, devices === '{}' ? null : devices);
  }

  #earlierVoice(): EarlierVoice {
    const voice = parsed(this.#read(EARLIER_VOICE));
    return typeof voice === 'object' && voice !== null ? voice : {};
  }

  #read(key: string): string | null {
    const notTaken = this.#notTaken.get(key);
    if (notTaken !== undefined) return notTaken;
    try {
      return this.#storage().getItem(key);
    } catch {
      return null;
    }
  }

  #write(key: string, text: string | null): void {
    this.#notTaken.delete(key);
    try {
      if (text === null) this.#storage().removeItem(key);
      else this.#storage().setItem(key, text);
    } catch {
      this.#notTaken.set(key, text);
    }
  }
}

function talkKey(key: EarlierVoice['talkKey']): string | undefined {
  if (key?.kind === 'key') return `key:${String(key.code)}`;
  return key?.kind === 'pointer' ? `pointer:${String(key.button)}` : undefined;
}

/** It was a switch. */
function suppression(on: unknown): Choices['noise_suppression'] {
  if (typeof on !== 'boolean') return undefined;
  return on ? 'browser' : 'off';
}

/** Null for what somebody else wrote. */
function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
