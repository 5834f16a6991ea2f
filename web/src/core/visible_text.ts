/** What can be seen of a text: the server's rule, so that nothing is sent that it must refuse. */

/** Anything but blanks, controls and zero-width characters. */
export function canBeSeen(text: string): boolean {
  return /[^\p{C}\p{Z}]/u.test(text);
}
