/** What a user can choose: which values are possible, and comparing and joining them. */
import type { UserSettings } from './protocol.generated';

/** Settings that follow the user; what is left out was never chosen. */
export type Choices = Omit<UserSettings, 'rev'>;

type Name = keyof Choices;

const oneOf = (values: readonly string[]) => (value: unknown) => values.includes(value as string);
const isSwitch = (value: unknown): boolean => typeof value === 'boolean';
const isWithin = (least: number, most: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
const TALK_KEY = /^(key:[A-Za-z0-9]{1,32}|pointer:[1-9][0-9]?)$/;

const SOUNDS = ['joined', 'left', 'muted', 'unmuted', 'lost'];
const isPeerVolume = isWithin(0, 200);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPeerSound = (value: unknown): boolean =>
  isRecord(value) && isPeerVolume(value['volume']) && isSwitch(value['muted']);

const IS_POSSIBLE: Readonly<Record<Name, (value: unknown) => boolean>> = {
  theme: oneOf(['system', 'dark', 'light']),
  talk_mode: oneOf(['push_to_talk', 'voice_activity']),
  talk_key: (value) => typeof value === 'string' && TALK_KEY.test(value),
  talk_latching: isSwitch,
  talk_release_ms: isWithin(0, 1_000),
  voice_threshold_dbfs: isWithin(-60, -20),
  echo_cancellation: isSwitch,
  noise_suppression: oneOf(['off', 'browser', 'rnnoise']),
  auto_gain_control: isSwitch,
  input_volume: isWithin(0, 200),
  output_volume: isWithin(0, 100),
  relay_only: isSwitch,
  muted_sounds: (value) => Array.isArray(value) && value.every(oneOf(SOUNDS)),
  peer_sounds: (value) => isRecord(value) && Object.values(value).every(isPeerSound),
};

const NAMES = Object.keys(IS_POSSIBLE) as Name[];

/** The possible choices among what was found somewhere, whatever that is. */
export function choicesIn(found: unknown): Choices {
  if (typeof found !== 'object' || found === null) return {};
  const values = found as Readonly<Record<Name, unknown>>;
  return pick(values as Choices, (name) => IS_POSSIBLE[name](values[name]));
}

/** What of `choices` is not so in `others`. */
export function differing(choices: Choices, others: Choices): Choices {
  return pick(choices, (name) => JSON.stringify(choices[name]) !== JSON.stringify(others[name]));
}

export function isEmpty(choices: Choices): boolean {
  return Object.keys(choices).length === 0;
}

/** The first choice alone. */
export function firstOf(choices: Choices): Choices {
  const first = NAMES.find((name) => choices[name] !== undefined);
  return pick(choices, (name) => name === first);
}

export function areSame(one: Choices, other: Choices): boolean {
  return isEmpty(differing(one, other)) && isEmpty(differing(other, one));
}

function pick(choices: Choices, wanted: (name: Name) => boolean): Choices {
  const kept = NAMES.filter((name) => choices[name] !== undefined && wanted(name));
  return Object.fromEntries(kept.map((name) => [name, choices[name]]));
}
