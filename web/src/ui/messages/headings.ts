/** Headings of a message in the order of the page: whoever writes one chooses its size, and must not skip a level for screen readers. */
import type { Attachment } from 'svelte/attachments';

/** Below the page's own `h1`. */
const FIRST_LEVEL = 2;

/** For the element that holds `html`; it is named so that another text is gone through anew. */
export function withHeadings(html: string): Attachment<HTMLElement> {
  return (element) => {
    if (!html.includes('<h')) return;
    const headings = [...element.querySelectorAll('h3, h4, h5, h6')];
    const levels = outlineLevels(headings.map(({ tagName }) => Number(tagName[1])));
    headings.forEach((heading, at) => (heading.ariaLevel = `${levels[at] ?? FIRST_LEVEL}`));
  };
}

/** The levels as read out: one more than that of the nearest larger heading above, whatever the sizes are. */
export function outlineLevels(sizes: readonly number[]): number[] {
  const open: number[] = [];
  return sizes.map((size) => {
    while (open.length > 0 && open.at(-1)! >= size) open.pop();
    open.push(size);
    return FIRST_LEVEL + open.length - 1;
  });
}
