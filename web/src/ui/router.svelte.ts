/** Addresses of the page: every state worth coming back to has one. */

export type AdminSection = 'users' | 'invites' | 'settings' | 'audit';

export type Route =
  | { name: 'home' }
  | { name: 'channel'; channelId: string }
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
  const channel = /^\/channels\/([\w-]+)$/.exec(path);
  if (channel) return { name: 'channel', channelId: channel[1]! };
  return plain[path] ?? { name: 'unknown' };
}

export function channelPath(channelId: string): string {
  return `/channels/${channelId}`;
}

export class Router {
  #path = $state(location.pathname);
  #lastChannelPath = $state('/');
  readonly #route = $derived(parseRoute(this.#path));

  get route(): Route {
    return this.#route;
  }

  get path(): string {
    return this.#path;
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
  }

  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (parseRoute(link.pathname).name === 'unknown') return;
    event.preventDefault();
    if (link.pathname !== this.#path) this.navigate(link.pathname);
  }
}
