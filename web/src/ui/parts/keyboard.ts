/** The keyboard on the screen, where it lies over the page (Safari) instead of making the page lower, as `interactive-widget` asks. */

/** The parts of a window it looks at. */
export interface KeyboardWindow {
  readonly innerHeight: number;
  readonly visualViewport: Pick<
    VisualViewport,
    'height' | 'scale' | 'addEventListener' | 'removeEventListener'
  > | null;
  scrollTo(left: number, top: number): void;
}

/** Less than this is the browser's rounding, in pixels. */
const SLACK = 1;

/**
 * Keeps `--visible-height` of an element at what the keyboard leaves, and away while it leaves everything.
 * For a page that never scrolls as a whole: Safari scrolls it nevertheless, and is put back. The answer stops.
 */
export function followKeyboard(window: KeyboardWindow, { style }: Pick<HTMLElement, 'style'>): () => void {
  const viewport = window.visualViewport;
  if (!viewport) return () => undefined;
  const follow = (): void => {
    const height = viewport.height * viewport.scale; // two fingers that zoom in are no keyboard
    const covered = height < window.innerHeight - SLACK;
    if (covered) style.setProperty('--visible-height', `${height}px`);
    else style.removeProperty('--visible-height');
    if (covered && viewport.scale === 1) window.scrollTo(0, 0);
  };
  follow();
  viewport.addEventListener('resize', follow);
  viewport.addEventListener('scroll', follow);
  return () => {
    viewport.removeEventListener('resize', follow);
    viewport.removeEventListener('scroll', follow);
    style.removeProperty('--visible-height');
  };
}
