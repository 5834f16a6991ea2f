/** Addresses of the page: every state worth coming back to has one. */

export type AdminSection = 'users' | 'invites' | 'settings' | 'audit';

export type Route =
  | { name: 'home' }
  | { name: 'channel'; channelId: string; seq: number | null }
  | { name: 'settings' }
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
  '/admin': { name: 'admin', section: 'users' },
  '/admin/invites': { name: 'admin', section: 'invites' },
  '/admin/settings': { name: 'admin', section: 'settings' },
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

export class Router {
  #path = $state(location.pathname);
  #lastChannelPath = $state('/');
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

  /** The channel one was in last: where closing the settings leads. */
  get lastChannelPath(): string {
    return this.#lastChannelPath;
  }

  navigate(path: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, '', path);
    else history.pushState(null, '', path);
    this.#arrive();
  }

  /** The secret of a link, in the fragment: no server and no proxy has seen it. */
  get secret(): string {
    return location.hash.slice(1);
  }

  /** Takes the secret out of the address once it is spent, so that it stays in no history. */
  dropSecret(): void {
    history.replaceState(null, '', location.pathname);
  }

  /** Follows the back button and the page's own links; the answer stops. */
  listen(): () => void {
    const onBack = (): void => this.#arrive();
    const onClick = (event: MouseEvent): void => this.#follow(event);
    window.addEventListener('popstate', onBack);
    document.addEventListener('click', onClick);
    return () => {
      window.removeEventListener('popstate', onBack);
      document.removeEventListener('click', onClick);
    };
  }

  #arrive(): void {
    if (this.route.name === 'channel') this.#lastChannelPath = this.#path;
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
