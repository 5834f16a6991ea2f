/** Addresses of the page: every state worth coming back to has one. */

export type AdminSection = 'users' | 'invites' | 'calls' | 'settings' | 'audit';

export type Route =
  | { name: 'home' }
  | { name: 'channel'; channelId: string; seq: number | null }
  | { name: 'settings' }
  | { name: 'check' }
  | { name: 'admin'; section: AdminSection }
  | { name: 'login' }
  | { name: 'setup' }
  | { name: 'enter' }
  | { name: 'invite' }
  | { name: 'register' }
  | { name: 'reset' }
  | { name: 'unknown' };

const plain: Readonly<Record<string, Route>> = {
  '/': { name: 'home' },
  '/settings': { name: 'settings' },
  '/check': { name: 'check' },
  '/admin': { name: 'admin', section: 'users' },
  '/admin/invites': { name: 'admin', section: 'invites' },
  '/admin/settings': { name: 'admin', section: 'settings' },
  '/admin/calls': { name: 'admin', section: 'calls' },
  '/admin/audit': { name: 'admin', section: 'audit' },
  '/invite': { name: 'invite' },
  '/register': { name: 'register' },
  '/reset': { name: 'reset' },
  '/login': { name: 'login' },
  '/setup': { name: 'setup' },
  '/enter': { name: 'enter' },
};

export function parseRoute(path: string): Route {
  const channel = /^\/channels\/([\w-]+)(?:\/(\d{1,15}))?$/.exec(path);
  if (channel)
    return { name: 'channel', channelId: channel[1]!, seq: channel[2] ? Number(channel[2]) : null };
  return plain[path] ?? { name: 'unknown' };
}

export function channelPath(channelId: string): string {
  return `/channels/${channelId}`;
}

/** The address of a message: its place in the channel never changes. */
export function messagePath(channelId: string, seq: number): string {
  return `${channelPath(channelId)}/${seq}`;
}

/** What an entry of the browser's history knows: the address it was opened from. */
interface Entry {
  from: string;
  /** Something lies over the view, which the way back is to close first. */
  covered?: true;
}

const entry = (): Entry | null => history.state as Entry | null;

const LISTED: ReadonlySet<Route['name']> = new Set(['home', 'channel']);

export class Router {
  #path = $state(location.pathname);
  #lastListedPath = $state('/');
  #arrivals = $state(0);
  readonly #route = $derived(parseRoute(this.#path));

  get route(): Route {
    return this.#route;
  }

  get path(): string {
    return this.#path;
  }

  /** Counts every arrival, also at the address one is at: a link to a message leads there again. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** The channel one was in last, or the list of them: where closing the settings leads. */
  get lastListedPath(): string {
    return this.#lastListedPath;
  }

  navigate(path: string, { replace = false } = {}): void {
    const { from = '/' } = entry() ?? {};
    if (replace) history.replaceState(entry() && ({ from } satisfies Entry), '', path);
    else if (entry()?.covered) history.replaceState({ from: this.#path } satisfies Entry, '', path);
    else history.pushState({ from: this.#path } satisfies Entry, '', path);
    this.#arrive();
  }

  /** Up to what holds this view: by going back if one came from there, so that the browser's own way back stays true. */
  ascend(path: string): void {
    if (entry()?.from === path) history.go(entry()?.covered ? -2 : -1);
    else this.navigate(path, { replace: true });
  }

  /** Something lies over the view from now on: the way back closes it. The answer is for when it was closed otherwise. */
  cover(close: () => void): () => void {
    history.pushState({ from: this.#path, ...entry(), covered: true } satisfies Entry, '');
    const onBack = (): void => {
      if (!entry()?.covered) close();
    };
    window.addEventListener('popstate', onBack);
    return () => {
      window.removeEventListener('popstate', onBack);
      if (entry()?.covered) history.back();
    };
  }

  /** The secret of a link, in the fragment: no server and no proxy has seen it. */
  get secret(): string {
    return location.hash.slice(1);
  }

  /** Takes the secret out of the address once it is spent, so that it stays in no history. */
  dropSecret(): void {
    history.replaceState(history.state, '', location.pathname);
  }

  /** Follows the back button and the page's own links; the answer stops. */
  listen(): () => void {
    const onBack = (): void => {
      if (location.pathname !== this.#path) this.#arrive(); // else only what lay over it is gone
    };
    const onClick = (event: MouseEvent): void => this.#follow(event);
    window.addEventListener('popstate', onBack);
    document.addEventListener('click', onClick);
    return () => {
      window.removeEventListener('popstate', onBack);
      document.removeEventListener('click', onClick);
    };
  }

  #arrive(): void {
    if (LISTED.has(this.route.name)) this.#lastListedPath = this.#path;
    this.#path = location.pathname;
    this.#arrivals += 1;
  }

  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.hasAttribute('download') || link.origin !== location.origin) return;
    // A link that somebody wrote opens elsewhere, unless it leads to a channel or a message of this instance.
    const { name } = parseRoute(link.pathname);
    if (name === 'unknown' || (link.target && name !== 'channel')) return;
    event.preventDefault();
    if (link.pathname === this.#path) this.#arrivals += 1;
    else this.navigate(link.pathname);
  }
}
