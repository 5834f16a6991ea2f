/** Where a reader is in a message list: at its end, or at a row that keeps its distance from the top of the view. */

export type Place =
  { readonly at: 'end' } | { readonly at: 'row'; readonly key: string; readonly offset: number };

export const atEnd: Place = { at: 'end' };

/** Whoever is so near to the end counts as being there, in pixels. */
export const END_SLACK = 16;
