/** Rules of the interface that are plain TypeScript: addresses, the voice bar's states, names of keys, the catalogue. */
import { expect, test } from 'vitest';
import en from '../src/ui/i18n/en.json';
import { t } from '../src/ui/i18n/translate';
import { withoutSpoilers } from '../src/ui/messages/spoilers';
import { channelPath, messagePath, parseRoute } from '../src/ui/router.svelte';
import { channelsOfKind, firstTextChannel } from '../src/ui/shell/channel_order';
import { barStateOf, barTextOf, helpsToCheck } from '../src/ui/voice/bar_state';
import { learnKeyboard, talkKeyName } from '../src/ui/voice/talk_key_name';
import { canBeSeen } from '../src/core/visible_text';
import { channel } from './fakes';

test.each([
  ['/', { name: 'home' }],
  ['/login', { name: 'login' }],
  ['/setup', { name: 'setup' }],
  ['/enter', { name: 'enter' }],
  ['/settings', { name: 'settings' }],
  ['/check', { name: 'check' }],
  [channelPath('01a2-b3'), { name: 'channel', channelId: '01a2-b3', seq: null }],
  [messagePath('01a2-b3', 42), { name: 'channel', channelId: '01a2-b3', seq: 42 }],
  ['/channels/a/9999999999999999', { name: 'unknown' }],
  ['/channels/', { name: 'unknown' }],
  ['/channels/a/b', { name: 'unknown' }],
  ['/toString', { name: 'unknown' }],
])('the address %s has its view', (path, route) => {
  expect(parseRoute(path)).toEqual(route);
});

test.each([
  ['idle', null, ''],
  ['joining', 'connecting', 'Connecting...'],
  ['connected', 'connected', 'Lounge'],
  ['reconnecting', 'reconnecting', 'Reconnecting...'],
  ['disconnected', 'disconnected', 'Disconnected'],
  ['superseded', 'disconnected', 'Disconnected'],
] as const)('a call that is %s shows as %s, "%s"', (state, bar, text) => {
  expect(barStateOf(state)).toBe(bar);
  if (bar) expect(barTextOf(bar, 'Lounge')).toBe(text);
});

test.each([
  ['relay_unreachable', 'network', true],
  ['udp_blocked', 'you', true],
  ['mic_silent', 'you', true],
  ['kicked', 'instance', false],
  ['already_in_channel', 'you', false],
] as const)('a bar that says %s (%s) leads to the check of the connection: %s', (code, side, leads) => {
  expect(helpsToCheck({ code, side })).toBe(leads);
});

test.each([
  ['Space', 'Space'],
  ['KeyV', 'V'],
  ['Digit1', '1'],
  ['ControlLeft', 'Control Left'],
  ['ArrowUp', 'Up'],
])('the key %s is called %s', (code, name) => {
  expect(talkKeyName({ kind: 'key', code })).toBe(name);
});

test('where the browser tells what is printed on the keys they are called so', async () => {
  await learnKeyboard(undefined);
  await learnKeyboard({ getLayoutMap: () => Promise.reject(new DOMException('', 'SecurityError')) });
  expect(talkKeyName({ kind: 'key', code: 'KeyY' })).toBe('Y');
  const german = new Map([
    ['KeyY', 'z'],
    ['Semicolon', 'ö'],
    ['Minus', 'ß'],
  ]);
  await learnKeyboard({ getLayoutMap: () => Promise.resolve(german) });
  const names = [...german.keys(), 'Space'].map((code) => talkKeyName({ kind: 'key', code }));
  expect(names).toEqual(['Z', 'Ö', 'ß', 'Space']);
});

test('a mouse button has a name too', () => {
  expect(talkKeyName({ kind: 'pointer', button: 3 })).toBe('Mouse button 4');
});

test('channels stand by position, then by name, each kind for itself', () => {
  const channels = [
    channel('b', { position: 2 }),
    channel('lounge', { kind: 'voice', position: 0 }),
    channel('c', { position: 1 }),
    channel('a', { position: 2 }),
  ];
  const byId = new Map(channels.map((each) => [each.id, each]));
  expect(channelsOfKind(byId, 'text').map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  expect(firstTextChannel(byId)?.id).toBe('c');
  expect(firstTextChannel(new Map())).toBeUndefined();
});

test.each([
  ['a', true],
  [' \n\t ', false],
  ['\u200b', false],
  ['\u00a0\u200d\u2060', false],
  ['\u200bx', true],
  ['👋', true],
  ['\u0301', true],
])('whether there is anything to see in %j: %s', (text, visible) => {
  expect(canBeSeen(text)).toBe(visible);
});

test.each([
  ['the end: ||everybody|| and ||nobody||, a || b', 'the end: (spoiler) and (spoiler), a || b'],
  ['||a|b|| c', '(spoiler) c'],
  ['|||a|| b', '(spoiler) b'],
  ['||two\nlines||', '(spoiler)'],
  ['||`a || b` c|| d', '(spoiler) d'],
  ['||a \\|| b|| c', '(spoiler) c'],
  ["||it`s me|| don't tell", "(spoiler) don't tell"],
])('of %j is read out %j, without what the server makes a spoiler', (text, said) => {
  expect(withoutSpoilers(text)).toBe(said);
});

test('places in a text are filled, once, and only by what was given', () => {
  expect(t('messages.region', { channel: 'general' })).toBe('Messages in general');
  expect(t('typing.two', { first: '{second}', second: 'Ben' })).toBe('{second} and Ben are typing...');
  expect(t('voice.in_channel')).toBe('In {channel}');
});

test('every text of the catalogue is used, and in its order', () => {
  const sources = import.meta.glob<string>('../src/ui/**/*.{svelte,ts}', {
    eager: true,
    query: '?raw',
    import: 'default',
  });
  const code = Object.values(sources).join('\n');
  const composed = /`([a-z_]+)\.([a-zA-Z_]*)\$\{/g;
  const prefixes = [...code.matchAll(composed)].map(([, group, start]) => `${group}.${start}`);
  const unused = Object.keys(en).filter(
    (key) => !code.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
  );
  expect(unused).toEqual([]);
  expect(Object.keys(en)).toEqual(Object.keys(en).toSorted());
});
