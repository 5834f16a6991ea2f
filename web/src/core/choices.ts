/** What a user can choose: which values are possible, and comparing and joining them. */
import type { UserSettings } from './protocol.generated';

/** Settings that follow the user; what is left out was never chosen. */
export type Choices = Omit<UserSettings, 'rev'>;

type Name = keyof Choices;

const oneOf = (values: readonly string[]) => (value: unknown) => values.includes(value as string);
const isSwitch = (value: unknown): boolean => typeof value === 'boolean';
const TALK_KEY = /^(key:[A-Za-z0-9]{1,32}|pointer:[1-9][0-9]?)$/;

const IS_POSSIBLE: Readonly<Record<Name, (value: unknown) => boolean>> = {
  theme: oneOf(['system', 'dark', 'light']),
  talk_mode: oneOf(['push_to_talk', 'voice_activity']),
  talk_key: (value) => typeof value === 'string' && TALK_KEY.test(value),
  talk_latching: isSwitch,
  voice_threshold_dbfs: (value) => Number.isInteger(value) && Number(value) >= -60 && Number(value) <= -20,
  echo_cancellation: isSwitch,
  noise_suppression: isSwitch,
  auto_gain_control: isSwitch,
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
  return pick(choices, (name) => choices[name] !== others[name]);
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
