/** Dark, light, or what the system says, as the user of this page has chosen. */
import type { OwnSettings } from '../core/own_settings';

export type Theme = NonNullable<OwnSettings['current']['theme']>;

export const THEMES: readonly Theme[] = ['system', 'dark', 'light'];

export class ThemeChoice {
  readonly #settings: OwnSettings;
  #theme = $state<Theme>('system');

  constructor(settings: OwnSettings) {
    this.#settings = settings;
    settings.onChange(() => this.apply());
  }

  get current(): Theme {
    return this.#theme;
  }

  set(theme: Theme): void {
    this.#settings.choose({ theme });
  }

  /** Makes the page look as chosen. */
  apply(): void {
    this.#theme = this.#settings.current.theme ?? 'system';
    if (this.#theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.#theme;
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]'))
      meta.media = mediaOf(meta.dataset.scheme, this.#theme);
  }
}

/** When the browser's own bar has the colour of a scheme: the page's choice goes before the system's. */
function mediaOf(scheme: string | undefined, theme: Theme): string {
  if (theme === 'system') return `(prefers-color-scheme: ${scheme})`;
  return theme === scheme ? 'all' : 'not all';
}
