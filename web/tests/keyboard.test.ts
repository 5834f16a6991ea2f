/** The keyboard on the screen: how much of the page it leaves, where it lies over it. */
import { beforeEach, expect, test } from 'vitest';
import { followKeyboard } from '../src/ui/parts/keyboard';

class FakeViewport extends EventTarget {
  height = 740;
  scale = 1;
}

let viewport: FakeViewport;
let property: string | undefined;
let scrolled: number;
let stop: () => void;

const style = {
  setProperty: (_: string, value: string) => void (property = value),
  removeProperty: () => (property = undefined),
} as unknown as CSSStyleDeclaration;

beforeEach(() => {
  viewport = new FakeViewport();
  scrolled = 0;
  const scrollTo = (): unknown => (scrolled += 1);
  stop = followKeyboard({ innerHeight: 740, visualViewport: viewport, scrollTo }, { style });
});

function change(height: number, scale = 1): void {
  Object.assign(viewport, { height, scale });
  viewport.dispatchEvent(new Event('resize'));
}

test('the page is as high as what the keyboard leaves, and stands at its top', () => {
  expect(property).toBeUndefined();
  change(380);
  expect([property, scrolled]).toEqual(['380px', 1]);
  viewport.dispatchEvent(new Event('scroll'));
  expect(scrolled).toBe(2);
  change(740);
  expect([property, scrolled]).toEqual([undefined, 2]);
});

test('zooming in is no keyboard, and moves nothing', () => {
  change(370, 2);
  expect([property, scrolled]).toEqual([undefined, 0]);
  change(190, 2);
  expect([property, scrolled]).toEqual(['380px', 0]);
});

test('whoever leaves takes it back and listens no more', () => {
  change(380);
  stop();
  expect(property).toBeUndefined();
  change(300);
  expect(property).toBeUndefined();
});

test('a browser that cannot tell is left alone', () => {
  followKeyboard({ innerHeight: 740, visualViewport: null, scrollTo: () => undefined }, { style })();
  expect(property).toBeUndefined();
});
