/** A denied microphone: the way to allow it that this browser has. */
import { expect, test } from 'vitest';
import { howToAllowMicrophone } from '../../src/voice/microphone_help';
import type { Page } from './fakes/page';
import { Scene } from './fakes/scene';

const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const AGENTS = {
  chrome: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${BLINK} Chrome/140.0.0.0 Safari/537.36`,
  edge: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${BLINK} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`,
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0',
  safari: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/26.0 Safari/605.1.15`,
  iphone: `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${WEBKIT} Version/26.0 Mobile/15E148 Safari/604.1`,
  chromeOnIos: `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${WEBKIT} CriOS/140.0.0.0 Mobile/15E148 Safari/604.1`,
  android: `Mozilla/5.0 (Linux; Android 10; K) ${BLINK} Chrome/140.0.0.0 Mobile Safari/537.36`,
  firefoxOnAndroid: 'Mozilla/5.0 (Android 15; Mobile; rv:142.0) Gecko/142.0 Firefox/142.0',
};

test.each([
  ['chrome', false, /left end of the address bar, switch Microphone on/],
  ['edge', false, /lock beside the address/],
  ['firefox', false, /crossed-out microphone/],
  ['safari', false, /menu Safari/],
  ['safari', true, /Website Settings/], // an iPad
  ['iphone', true, /Website Settings/],
  ['chromeOnIos', true, /Settings app/],
  ['android', true, /Permissions.*settings of Android/],
  ['firefoxOnAndroid', true, /lock beside.*allow Firefox/],
  ['chrome', true, /left end of the address bar/], // a laptop with a touch screen
] as const)('%s, touch: %s', (name, touch, words) => {
  const help = howToAllowMicrophone({ userAgent: AGENTS[name], touch });
  expect(help).toMatch(words);
  expect(help).toContain('Try again');
});

test('a browser nobody has heard of gets the general way', () => {
  expect(howToAllowMicrophone({ userAgent: 'curl', touch: false })).toMatch(/^Allow the microphone/);
});

test('the voice bar says it, for a denied microphone alone', async () => {
  const scene = new Scene();
  const remedyAfter = async (user: string, refuse: string) => {
    const page: Page = scene.page(user);
    page.inputs.answer = { refuse };
    void page.voice.join('lounge');
    await scene.seconds(2);
    return page.voice.view.reason?.remedy;
  };
  expect(await remedyAfter('ann', 'NotAllowedError')).toBe('Ask your browser.');
  expect(await remedyAfter('ben', 'NotReadableError')).toMatch(/other program/);
});
