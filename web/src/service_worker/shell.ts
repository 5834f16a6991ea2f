/** The shell: the page's own files of one build, kept so that it opens without the server. Nothing of the API is ever in it. */

/** What a page is made of. `build` names it; `files` are paths whose names hold the hash of their content. */
export interface Build {
  build: string;
  files: readonly string[];
}

/** What of a request decides who answers it. `url` is absolute. */
export type Asked = Pick<Request, 'method' | 'mode' | 'url'>;

/** The browser's edges it works on. */
export interface ShellEnvironment {
  caches: Pick<CacheStorage, 'open' | 'keys' | 'delete'>;
  fetch: (request: string | Asked, init?: RequestInit) => Promise<Response>;
  after: (milliseconds: number, callback: () => void) => void;
}

/** The worker as far as it can become the one that serves. */
export interface Successor {
  clients: { matchAll(options: { type: 'window'; includeUncontrolled: true }): Promise<readonly unknown[]> };
  skipWaiting: () => Promise<void>;
}

/** A server that has not sent its page by then counts as one that cannot be reached. */
export const PAGE_TIMEOUT_MS = 5_000;

const PREFIX = 'shell-';
const PAGE = '/';
const NOT_PAGES = /^\/(api|gateway|healthz|readyz)(\/|$)/;

export class Shell {
  readonly #env: ShellEnvironment;
  readonly #build: Build;
  readonly #files: ReadonlySet<string>;

  constructor(env: ShellEnvironment, build: Build) {
    this.#env = env;
    this.#build = build;
    this.#files = new Set(build.files);
  }

  /** Keeps the whole build. Rejects, and keeps nothing, when something of it cannot be had or the server has another one by now. */
  async fill(): Promise<void> {
    try {
      const page = await this.#env.fetch(PAGE, { cache: 'reload' });
      if (!page.ok || !(await page.clone().text()).includes(this.#build.build))
        throw new Error('The server has the page of another build.');
      const cache = await this.#open();
      await cache.addAll([...this.#files]);
      await cache.put(PAGE, page);
    } catch (error) {
      await this.#env.caches.delete(this.#name);
      throw error;
    }
  }

  /** Throws away what other builds have kept. */
  async dropOthers(): Promise<void> {
    const names = await this.#env.caches.keys();
    const others = names.filter((name) => name.startsWith(PREFIX) && name !== this.#name);
    await Promise.all(others.map((name) => this.#env.caches.delete(name)));
  }

  /** Answers a request for the page or for a file of this build; null for any other, which is the browser's business. */
  answer(request: Asked): Promise<Response> | null {
    const { pathname } = new URL(request.url);
    if (request.method !== 'GET') return null;
    if (request.mode === 'navigate') return NOT_PAGES.test(pathname) ? null : this.#page(request);
    return this.#files.has(pathname) ? this.#file(pathname, request) : null;
  }

  /** From the server whenever there is one: a kept page may be too old to speak its protocol. */
  async #page(request: Asked): Promise<Response> {
    const fetched = this.#env.fetch(request);
    const late = new Promise<null>((resolve) => this.#env.after(PAGE_TIMEOUT_MS, () => resolve(null)));
    const answer = await Promise.race([fetched.catch(() => null), late]);
    if (answer && answer.status < 500) return answer; // 5xx: what a proxy says of a server that is away
    return (await this.#kept(PAGE)) ?? fetched;
  }

  /** What is in a file never changes: its name is made of it. */
  async #file(path: string, request: Asked): Promise<Response> {
    return (await this.#kept(path)) ?? this.#env.fetch(request);
  }

  async #kept(path: string): Promise<Response | undefined> {
    return (await this.#open()).match(path, { ignoreVary: true });
  }

  #open(): Promise<Cache> {
    return this.#env.caches.open(this.#name);
  }

  get #name(): string {
    return PREFIX + this.#build.build;
  }
}

/** Asked by a page of its own build. Under one of an older build, which may be in a call, nothing changes: so only when no other page is open. */
export async function takeOver({ clients, skipWaiting }: Successor): Promise<void> {
  const pages = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (pages.length <= 1) await skipWaiting();
}
