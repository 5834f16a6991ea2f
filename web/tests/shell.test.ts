/** The service worker's shell: what it keeps, what it answers, and what it leaves to the browser. */
import { beforeEach, describe, expect, test } from 'vitest';
import { PAGE_TIMEOUT_MS, Shell, takeOver, type Asked } from '../src/service_worker/shell';
import { FakeClock } from './fakes';

const ORIGIN = 'https://chat.test';
const SCRIPT = '/assets/index-1.js';

/** A cache in memory. What it fetches by itself comes from the same network. */
class FakeCache {
  readonly entries = new Map<string, Response>();
  readonly #network: FakeNetwork;

  constructor(network: FakeNetwork) {
    this.#network = network;
  }

  async addAll(paths: string[]): Promise<void> {
    for (const path of paths) {
      const answer = await this.#network.fetch(path);
      if (!answer.ok) throw new TypeError('not all of it');
      this.entries.set(path, answer);
    }
  }

  put(path: string, answer: Response): Promise<void> {
    this.entries.set(path, answer);
    return Promise.resolve();
  }

  match(path: string): Promise<Response | undefined> {
    return Promise.resolve(this.entries.get(path)?.clone());
  }
}

class FakeCaches {
  readonly byName = new Map<string, FakeCache>();
  readonly #network: FakeNetwork;

  constructor(network: FakeNetwork) {
    this.#network = network;
  }

  open(name: string): Promise<Cache> {
    const cache = this.byName.get(name) ?? new FakeCache(this.#network);
    this.byName.set(name, cache);
    return Promise.resolve(cache as unknown as Cache);
  }

  keys(): Promise<string[]> {
    return Promise.resolve([...this.byName.keys()]);
  }

  delete(name: string): Promise<boolean> {
    return Promise.resolve(this.byName.delete(name));
  }
}

class FakeNetwork {
  /** By path; one that is missing answers 404. */
  readonly answers = new Map<string, Response | 'refused' | 'silent'>();
  readonly asked: string[] = [];

  fetch(this: FakeNetwork, request: string | Asked): Promise<Response> {
    const path = typeof request === 'string' ? request : new URL(request.url).pathname;
    this.asked.push(path);
    const answer = this.answers.get(path) ?? new Response('', { status: 404 });
    if (answer === 'silent') return new Promise(() => undefined);
    if (answer === 'refused') return Promise.reject(new TypeError('refused'));
    return Promise.resolve(answer.clone());
  }
}

let network: FakeNetwork;
let caches: FakeCaches;
let clock: FakeClock;
let shell: Shell;

beforeEach(() => {
  network = new FakeNetwork();
  caches = new FakeCaches(network);
  clock = new FakeClock();
  shell = shellOf('one');
  network.answers.set('/', page('one'));
  network.answers.set(SCRIPT, new Response('let x'));
});

function shellOf(build: string): Shell {
  const after = (milliseconds: number, callback: () => void): void =>
    void clock.after(milliseconds, callback);
  return new Shell({ caches, after, fetch: (request) => network.fetch(request) }, { build, files: [SCRIPT] });
}

function page(build: string): Response {
  return new Response(`<meta name="build" content="${build}" />`);
}

function asked(path: string, mode: RequestMode = 'navigate', method = 'GET'): Asked {
  return { url: ORIGIN + path, mode, method };
}

async function answered(path: string, mode: RequestMode = 'navigate'): Promise<string> {
  const answer = shell.answer(asked(path, mode));
  if (!answer) throw new Error(`nobody answers ${path}`);
  return (await answer).text();
}

describe('keeping', () => {
  test('the page and its files are kept, by the name of the build', async () => {
    await shell.fill();
    expect([...caches.byName.keys()]).toEqual(['shell-one']);
    expect([...caches.byName.get('shell-one')!.entries.keys()]).toEqual([SCRIPT, '/']);
  });

  test.each([
    ['the server has another build by now', () => network.answers.set('/', page('two'))],
    ['a file is missing', () => network.answers.delete(SCRIPT)],
    ['the server is gone', () => network.answers.set('/', 'refused')],
  ])('%s: nothing is kept', async (_, happen) => {
    happen();
    await expect(shell.fill()).rejects.toThrow();
    expect(caches.byName.size).toBe(0);
  });

  test('what other builds have kept is thrown away, and nothing else', async () => {
    await caches.open('shell-zero');
    await caches.open('of somebody else');
    await shell.fill();
    await shell.dropOthers();
    expect([...caches.byName.keys()]).toEqual(['of somebody else', 'shell-one']);
  });
});

describe('answering', () => {
  beforeEach(async () => {
    await shell.fill();
    network.asked.length = 0;
  });

  test('a file of the build comes from what is kept', async () => {
    expect(await answered(SCRIPT, 'cors')).toBe('let x');
    expect(network.asked).toEqual([]);
  });

  test('a file the browser has thrown away comes from the server', async () => {
    caches.byName.clear();
    expect(await answered(SCRIPT, 'cors')).toBe('let x');
  });

  test('the page comes from the server while there is one', async () => {
    network.answers.set('/channels/a', page('two'));
    expect(await answered('/channels/a')).toContain('two');
    network.answers.set('/channels/a', new Response('who are you?', { status: 403 }));
    expect(await answered('/channels/a')).toBe('who are you?');
  });

  test.each([
    ['refuses', 'refused'],
    ['is away behind its proxy', new Response('bad gateway', { status: 502 })],
  ] as const)('the kept page opens where the server %s', async (_, answer) => {
    network.answers.set('/channels/a', answer);
    expect(await answered('/channels/a')).toContain('one');
  });

  test('the kept page opens where the server says nothing for long', async () => {
    network.answers.set('/login', 'silent');
    let opened = '';
    void answered('/login').then((text) => (opened = text));
    await clock.advance(PAGE_TIMEOUT_MS - 1);
    expect(opened).toBe('');
    await clock.advance(1);
    expect(opened).toContain('one');
  });

  test('with nothing kept, what the server says is the answer', async () => {
    caches.byName.clear();
    network.answers.set('/', 'refused');
    await expect(shell.answer(asked('/'))).rejects.toThrow('refused');
    network.answers.set('/', new Response('bad gateway', { status: 502 }));
    expect(await answered('/')).toBe('bad gateway');
  });
});

describe('leaving alone', () => {
  test.each([
    asked('/api/v1/me', 'cors'),
    asked('/api/v1/me'),
    asked('/api'),
    asked('/gateway'),
    asked('/healthz'),
    asked('/readyz'),
    asked('/', 'cors'),
    asked('/manifest.webmanifest', 'cors'),
    asked('/assets/index-2.js', 'cors'),
    asked(SCRIPT, 'cors', 'HEAD'),
    asked('/login', 'navigate', 'POST'),
  ])('$method $url ($mode) is the business of the browser', (request) => {
    expect(shell.answer(request)).toBeNull();
    expect(network.asked).toEqual([]);
  });
});

test.each([
  [0, 1],
  [1, 1],
  [2, 0],
])('with %i pages open it takes over %i times', async (open, times) => {
  let skipped = 0;
  const matchAll = (): Promise<unknown[]> => Promise.resolve(Array.from({ length: open }));
  const skipWaiting = (): Promise<void> => Promise.resolve(void (skipped += 1));
  await takeOver({ clients: { matchAll }, skipWaiting });
  expect(skipped).toBe(times);
});
