/** The reading position: whatever arrives, loads or changes size, what is read stays where it is. */
import { expect, test } from 'vitest';
import { atEnd } from '../src/ui/messages/place';
import { Scroller, type ScrollParts } from '../src/ui/messages/scroller';

const VIEW_HEIGHT = 600;

/** A scrolling page laid out as a browser would: a spacer, the rendered rows, a spacer. */
class FakePage {
  readonly scroller: Scroller;
  keys: string[];
  readonly heights = new Map<string, number>();
  #shown: string[] = [];
  #before = 0;
  #after = 0;
  #scrollTop = 0;
  #width = 800;

  constructor(keys: string[], scroller = new Scroller(), begin: 'drawn' | 'first frame' = 'drawn') {
    this.keys = keys;
    this.scroller = scroller;
    if (begin === 'drawn') scroller.drawn();
  }

  get rendered(): readonly string[] {
    return this.#shown;
  }

  /** What a change of the rows does to the page: arranges, renders, restores. */
  render(): void {
    const slice = this.scroller.arrange(this.keys, VIEW_HEIGHT);
    ({ before: this.#before, after: this.#after } = this.scroller.spacers(slice));
    this.#shown = this.keys.slice(slice.start, slice.end);
    this.scrollTo(this.#scrollTop);
    this.scroller.restore(this.#parts());
  }

  /** What a person's scrolling does. */
  scroll(by: number): void {
    this.scrollTo(this.#scrollTop + by);
    this.scroller.follow(this.#parts(), true);
    this.render();
  }

  /** Another width: every row not given a height gets another one, and the browser says that it had to scroll before anybody knows. */
  resize(width: number): void {
    this.#width = width;
    this.scrollTo(this.#scrollTop);
    this.scroller.follow(this.#parts(), true);
    this.render();
  }

  scrollTo(top: number): void {
    this.#scrollTop = Math.max(0, Math.min(top, this.#height() - VIEW_HEIGHT));
  }

  /** How far a rendered row is from the top of the view. */
  topOf(key: string): number {
    const above = this.#shown.slice(0, this.#shown.indexOf(key));
    return this.#before + above.reduce((sum, each) => sum + this.#heightOf(each), 0) - this.#scrollTop;
  }

  get fromStart(): number {
    return this.#scrollTop;
  }

  get fromEnd(): number {
    return this.#height() - this.#scrollTop - VIEW_HEIGHT;
  }

  firstSeen(): string {
    return this.#shown.find((key) => this.topOf(key) + this.#heightOf(key) > 0)!;
  }

  #heightOf(key: string): number {
    return this.heights.get(key) ?? 32_000 / this.#width;
  }

  #height(): number {
    const rows = this.#shown.reduce((sum, key) => sum + this.#heightOf(key), 0);
    return Math.max(VIEW_HEIGHT, this.#before + rows + this.#after);
  }

  #parts(): ScrollParts {
    const children = this.#shown.map((key) => ({
      dataset: { key },
      offsetHeight: this.#heightOf(key),
      getBoundingClientRect: () => ({ top: this.topOf(key), bottom: this.topOf(key) + this.#heightOf(key) }),
    }));
    const top = this.#before - this.#scrollTop;
    const bottom = top + this.#shown.reduce((sum, key) => sum + this.#heightOf(key), 0);
    const rows = { children, getBoundingClientRect: () => ({ top, bottom }) };
    const view = {
      clientHeight: VIEW_HEIGHT,
      clientWidth: this.#width,
      scrollHeight: this.#height(),
      getBoundingClientRect: () => ({ top: 0 }),
    };
    Object.defineProperty(view, 'scrollTop', {
      get: () => this.#scrollTop,
      set: (top: number) => this.scrollTo(top),
    });
    return { view: view as HTMLElement, rows: rows as unknown as HTMLElement };
  }
}

function keys(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `m${from + index}`);
}

test('opens at the end, and stays there while messages come and grow', () => {
  const page = new FakePage(keys(0, 100));
  page.render();
  expect(page.fromEnd).toBe(0);
  page.keys.push('m100');
  page.render();
  expect(page.rendered.at(-1)).toBe('m100');
  page.heights.set('m99', 400);
  page.render();
  expect(page.fromEnd).toBe(0);
});

test('any step up leaves the end, and nothing that comes pulls one back', () => {
  const page = new FakePage(keys(0, 100));
  page.render();
  page.scroll(-100);
  const key = page.firstSeen();
  const top = page.topOf(key);
  page.keys.push(...keys(100, 130));
  page.render();
  expect(page.topOf(key)).toBe(top);
  page.scroll(1e6);
  expect(page.scroller.place).toEqual(atEnd);
});

test('older pages, rows that grow and rows that change above move nothing', () => {
  const page = new FakePage(keys(100, 200));
  page.render();
  page.scroll(-1_500);
  const key = page.firstSeen();
  const top = page.topOf(key);
  page.keys = [...keys(50, 100), ...page.keys];
  for (const each of keys(50, 100)) page.heights.set(each, 95);
  page.render();
  expect(page.topOf(key)).toBe(top);
  page.heights.set(page.rendered[3]!, 300);
  page.render();
  expect(page.topOf(key)).toBe(top);
});

test('rows above that are smaller than was thought leave one at the top, and the next older page moves nothing', () => {
  const page = new FakePage(keys(100, 300));
  for (const key of keys(100, 150)) page.heights.set(key, 5);
  page.render();
  while (page.rendered[0]! > 'm110') page.scroll(-20);
  expect(page.rendered[0]).not.toBe('m100');
  page.scroll(-1e6);
  expect([page.firstSeen(), page.fromStart]).toEqual(['m100', 0]);
  page.keys = [...keys(50, 100), ...page.keys];
  page.render();
  expect(page.topOf('m100')).toBe(0);
});

test('the first frame has few rows, and the others move nothing', () => {
  const all = keys(0, 1_000);
  for (const place of [atEnd, { at: 'row', key: 'm500', offset: -12 } as const]) {
    const page = new FakePage(all, new Scroller(place), 'first frame');
    page.render();
    const [first, top, few] = [page.firstSeen(), page.topOf(page.firstSeen()), page.rendered.length];
    page.scroller.drawn();
    page.render();
    expect([page.firstSeen(), page.topOf(first)]).toEqual([first, top]);
    expect(few).toBeLessThan(60);
    expect(page.rendered.length).toBeGreaterThanOrEqual(60);
  }
});

test('a jump into rows that are not in the page shows the rows that belong there', () => {
  const page = new FakePage(keys(0, 1_000));
  page.render();
  for (const share of [0.5, 0.1, 0.8]) {
    page.scroll(-1e6);
    page.scrollTo(page.fromEnd * share);
    page.scroll(0);
    const first = page.firstSeen();
    expect(Math.abs(Number(first.slice(1)) - 1_000 * share)).toBeLessThan(100);
    expect(page.topOf(first)).toBeLessThanOrEqual(0);
    expect(page.rendered.length).toBeLessThanOrEqual(150);
    expect(page.rendered.length).toBeGreaterThanOrEqual(60);
  }
});

test('scrolling through a long list passes every row, in steps, without a jump', () => {
  const page = new FakePage(keys(0, 600));
  for (const [index, key] of page.keys.entries()) page.heights.set(key, 20 + ((index * 37) % 90));
  page.render();
  let previous = 600;
  const seen = new Set<string>();
  for (let step = 0; step < 400 && page.firstSeen() !== 'm0'; step += 1) {
    const key = page.firstSeen();
    const top = page.topOf(key);
    const by = Math.min(250, page.fromStart);
    page.scroll(-by);
    expect(Math.abs(page.topOf(key) - top - by)).toBeLessThan(1);
    const index = Number(page.firstSeen().slice(1));
    expect(index).toBeLessThanOrEqual(previous);
    previous = index;
    for (const each of page.rendered) seen.add(each);
  }
  expect(seen.size).toBe(600);
});

test('coming back to a channel is coming back to the place', () => {
  const page = new FakePage(keys(0, 300));
  page.render();
  page.scroll(-3_000);
  const key = page.firstSeen();
  const top = page.topOf(key);
  const again = new FakePage([...page.keys, 'new'], new Scroller(page.scroller.place));
  again.render();
  expect(again.topOf(key)).toBe(top);
});

test('a window that grows wider near the end takes nobody there', () => {
  const page = new FakePage(keys(0, 100));
  page.render();
  page.scroll(-1_000);
  const key = page.firstSeen();
  const top = page.topOf(key);
  page.resize(1_200);
  expect(page.topOf(key)).toBe(top);
  page.resize(500);
  expect(page.topOf(key)).toBe(top);
  page.scroll(-300);
  expect(page.scroller.place).not.toMatchObject({ key });
});
