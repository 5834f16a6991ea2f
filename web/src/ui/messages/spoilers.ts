/** Spoilers in a message: hidden until somebody asks for one, by finger or by key. */
import type { Attachment } from 'svelte/attachments';
import { t } from '../i18n/translate';

/** For the element that holds `html`; it is named so that another text is gone through anew. */
export function withSpoilers(html: string): Attachment<HTMLElement> {
  return (element) => {
    if (!html.includes('data-spoiler')) return;
    for (const spoiler of element.querySelectorAll<HTMLElement>('[data-spoiler]')) hide(spoiler);
  };
}

/** From `||` to the next that is neither escaped nor in code; else to the next there is: rather too much than too little. */
const SPOILER = /\|\|(?:`[^`]*`|\\[\s\S]|[^`\\])+?\|\||\|\|[\s\S]+?\|\|/g;

/** A text as it may be read out before anybody has asked for its spoilers. */
export function withoutSpoilers(text: string): string {
  return text.replace(SPOILER, t('messages.spoiler'));
}

function hide(spoiler: HTMLElement): void {
  spoiler.tabIndex = 0;
  spoiler.role = 'button';
  spoiler.ariaLabel = t('messages.show_spoiler');
  spoiler.onclick = () => show(spoiler);
  spoiler.onkeydown = (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    show(spoiler);
  };
}

function show(spoiler: HTMLElement): void {
  spoiler.dataset.shown = '';
  for (const name of ['tabindex', 'role', 'aria-label']) spoiler.removeAttribute(name);
  spoiler.onclick = null;
  spoiler.onkeydown = null;
}
