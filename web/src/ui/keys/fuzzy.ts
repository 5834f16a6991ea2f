/** Finding by a few letters: how well a name answers to what was typed. */

const EXACT = 4;
const BEGINS = 3;
const WORD_BEGINS = 2;
const HOLDS = 1;

/** Capitals and marks above letters do not count. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

/** The higher the better; null when the letters are not in the name in that order. */
export function scoreOf(typed: string, name: string): number | null {
  const wanted = plain(typed).replace(/\s+/gu, '');
  const whole = plain(name);
  if (wanted === '') return 0;
  const at = whole.indexOf(wanted);
  if (whole === wanted) return EXACT;
  if (at === 0) return BEGINS;
  if (at > 0) return /[\p{L}\p{N}]/u.test(whole[at - 1]!) ? HOLDS : WORD_BEGINS;
  const span = spanOf(wanted, whole);
  return span === null ? null : wanted.length / span - 1;
}

/** Over how many letters the wanted ones are spread; null when they are not all there in order. */
function spanOf(wanted: string, whole: string): number | null {
  let first = -1;
  let at = -1;
  for (const letter of wanted) {
    at = whole.indexOf(letter, at + 1);
    if (at < 0) return null;
    if (first < 0) first = at;
  }
  return at - first + 1;
}

/** Those that answer to what was typed, the best first; equals stay in the order they came in. */
export function ranked<Item extends { readonly name: string }>(
  typed: string,
  items: readonly Item[],
): Item[] {
  return items
    .map((item) => ({ item, score: scoreOf(typed, item.name) }))
    .filter((found): found is { item: Item; score: number } => found.score !== null)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
