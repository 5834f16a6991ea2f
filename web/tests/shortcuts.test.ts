/** The keys of the page, and finding a channel by a few letters. */
import { expect, test } from 'vitest';
import { ALL_KEYS } from '../src/ui/keys/all_keys';
import { ranked, scoreOf } from '../src/ui/keys/fuzzy';
import { shortcutOf, type Pressed } from '../src/ui/keys/shortcuts';
import { neighbourOf } from '../src/ui/shell/channel_order';
import { channel } from './fakes';

function pressed(key: string, held: Partial<Pressed> = {}): Pressed {
  const none = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
  return { key, code: '', ...none, isComposing: false, defaultPrevented: false, ...held };
}

test.each([
  ['Ctrl K', pressed('k', { ctrlKey: true }), 'switcher', 'switcher'],
  ['Command K', pressed('k', { metaKey: true }), 'switcher', 'switcher'],
  ['Ctrl K with capitals locked', pressed('K', { ctrlKey: true }), 'switcher', 'switcher'],
  ['Ctrl Shift K', pressed('K', { ctrlKey: true, shiftKey: true }), null, null],
  ['K', pressed('k'), null, null],
  ['Alt Up', pressed('ArrowUp', { altKey: true }), 'previous_channel', 'previous_channel'],
  ['Alt Down', pressed('ArrowDown', { altKey: true }), 'next_channel', 'next_channel'],
  ['Alt Shift Down', pressed('ArrowDown', { altKey: true, shiftKey: true }), null, null],
  ['Up', pressed('ArrowUp'), null, null],
  ['?', pressed('?', { shiftKey: true }), 'keys', null],
  ['? on a keyboard that needs no Shift for it', pressed('?'), 'keys', null],
  ['Ctrl Shift M', pressed('M', { ctrlKey: true, shiftKey: true }), 'mute', 'mute'],
  ['Command Shift M', pressed('m', { metaKey: true, shiftKey: true }), 'mute', 'mute'],
  ['Ctrl Shift D', pressed('D', { ctrlKey: true, shiftKey: true }), 'deafen', 'deafen'],
  ['Ctrl Shift М, Cyrillic', pressed('Ь', { code: 'KeyM', ctrlKey: true, shiftKey: true }), 'mute', 'mute'],
  [
    'Ctrl Shift H at the place of D',
    pressed('H', { code: 'KeyD', ctrlKey: true, shiftKey: true }),
    null,
    null,
  ],
  ['Ctrl Alt Shift M', pressed('M', { ctrlKey: true, shiftKey: true, altKey: true }), null, null],
  ['Ctrl M', pressed('m', { ctrlKey: true }), null, null],
  ['Shift M', pressed('M', { shiftKey: true }), null, null],
  ['a key that composes', pressed('?', { isComposing: true }), null, null],
  ['a key that is taken already', pressed('?', { defaultPrevented: true }), null, null],
] as const)('%s', (_name, key, reading, writing) => {
  expect([shortcutOf(key, false), shortcutOf(key, true)]).toEqual([reading, writing]);
});

test('the list of keys names each key once where it works', () => {
  for (const { rows } of ALL_KEYS) {
    const caps = rows.map(({ keys }) => keys.join('+'));
    expect(caps).toEqual([...new Set(caps)]);
  }
});

const names = (typed: string, ...channels: string[]): string[] =>
  ranked(
    typed,
    channels.map((name) => ({ name })),
  ).map(({ name }) => name);

test('the best comes first: the name itself, its beginning, a word of it, a part of it, its letters in order', () => {
  expect(names('plan', 'p-l-a-n-s', 'airplanes', 'old plans', 'plans', 'plan', 'nalp')).toEqual([
    'plan',
    'plans',
    'old plans',
    'airplanes',
    'p-l-a-n-s',
  ]);
});

test('letters close together come before letters far apart', () => {
  expect(names('gn', 'g-------n', 'general')).toEqual(['general', 'g-------n']);
});

test('capitals, blanks and marks above letters do not count', () => {
  expect(names('CAFE B', 'Café bar', 'tea')).toEqual(['Café bar']);
  expect(scoreOf('MÜ', 'munich')).toBe(scoreOf('mu', 'Munich'));
});

test('with nothing typed everything is there in its order', () => {
  expect(names(' ', 'b', 'a')).toEqual(['b', 'a']);
});

test('the channels above and below, around the ends; voice channels are not among them', () => {
  const channels = new Map(
    [
      channel('a', { position: 1 }),
      channel('b', { position: 2 }),
      channel('lounge', { kind: 'voice', position: 3 }),
      channel('c', { position: 4 }),
    ].map((each) => [each.id, each]),
  );
  const walk = (id: string | null, by: 1 | -1): string | undefined => neighbourOf(channels, id, by)?.id;
  expect([walk('a', 1), walk('b', 1), walk('c', 1), walk('a', -1)]).toEqual(['b', 'c', 'a', 'c']);
  expect([walk(null, 1), walk(null, -1)]).toEqual(['a', 'c']);
  expect(neighbourOf(new Map(), 'a', 1)).toBeUndefined();
});
