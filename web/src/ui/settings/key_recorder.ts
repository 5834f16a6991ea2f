/** What becomes of the keys and mouse buttons that are pressed while the settings wait for one to talk with. */
import type { TalkKey } from '../../voice';
import { isModifier } from '../../voice/talk_key';

/** Tab and the left button are needed to get about; keys held together cannot be told apart while they are held. */
export type Refusal = 'tab' | 'left' | 'together' | 'unknown';

export type Outcome =
  | { readonly kind: 'recorded'; readonly key: TalkKey }
  | { readonly kind: 'refused'; readonly why: Refusal }
  | { readonly kind: 'cancelled' };

const LEFT = 0;
/** What the server keeps. */
const NAMED = /^[A-Za-z0-9]{1,32}$/;

export class KeyRecorder {
  /** The modifier that is down, alone so far: it may be meant, or the beginning of something else. */
  #modifier: string | null = null;

  /** Null: nothing is decided yet. */
  down({ code, key }: Pick<KeyboardEvent, 'code' | 'key'>): Outcome | null {
    if (code === 'Escape') return { kind: 'cancelled' };
    if (code === 'Tab') return this.#refuse('tab');
    if (code === 'Unidentified' || !NAMED.test(code)) return this.#refuse('unknown');
    const byAltGraph = key === 'AltGraph' && this.#modifier === 'ControlLeft'; // Windows presses both
    if (this.#modifier !== null && !byAltGraph) return this.#refuse('together');
    if (!isModifier(code)) return record({ kind: 'key', code });
    this.#modifier = code;
    return null;
  }

  up(code: string): Outcome | null {
    if (code !== this.#modifier) return null;
    this.#modifier = null;
    return record({ kind: 'key', code });
  }

  button(button: number): Outcome {
    return button === LEFT ? this.#refuse('left') : record({ kind: 'pointer', button });
  }

  #refuse(why: Refusal): Outcome {
    this.#modifier = null;
    return { kind: 'refused', why };
  }
}

function record(key: TalkKey): Outcome {
  return { kind: 'recorded', key };
}

/** Takes every key and button from the page until it is stopped; what the last press still brings is taken, too. */
export function listenForKey(told: (outcome: Outcome, target: EventTarget | null) => void): () => void {
  const recorder = new KeyRecorder();
  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  const take = (event: Event, outcome: Outcome | null): void => {
    swallow(event);
    if (outcome) told(outcome, event.target);
  };
  window.addEventListener(
    'keydown',
    (event) => take(event, event.repeat ? null : recorder.down(event)),
    options,
  );
  window.addEventListener('keyup', (event) => take(event, recorder.up(event.code)), options);
  window.addEventListener(
    'mousedown',
    (event) => {
      const outcome = recorder.button(event.button);
      if (event.button === LEFT) told(outcome, event.target);
      else take(event, outcome);
    },
    options,
  );
  window.addEventListener('blur', () => told({ kind: 'cancelled' }, null), { signal: stop.signal });
  return () => {
    stop.abort();
    swallowRest();
  };
}

/** A key that comes up clicks the button in focus; a mouse button opens a menu or goes back a page. */
function swallowRest(): void {
  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  for (const type of ['keyup', 'mouseup', 'auxclick', 'contextmenu'])
    window.addEventListener(type, swallow, options);
  window.addEventListener('keydown', (event) => (event.repeat ? swallow(event) : stop.abort()), options);
  window.addEventListener('mousedown', () => stop.abort(), options);
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}
