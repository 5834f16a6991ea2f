/** For buttons that appear where others were: the rest of a double click that began on those is not for them. */

/** To be attached to what holds the buttons. Clicks count from the first one that is its own; the keyboard's always do. */
export function fromFirstOwnClick(holder: HTMLElement): () => void {
  let begun = false;
  const onClick = (event: MouseEvent): void => {
    begun ||= event.detail <= 1; // `detail` counts the clicks of one double click, wherever each of them lands
    if (begun) return;
    event.preventDefault();
    event.stopPropagation();
  };
  holder.addEventListener('click', onClick, { capture: true });
  return () => holder.removeEventListener('click', onClick, { capture: true });
}
