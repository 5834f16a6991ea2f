/** Headings inside messages as screen readers hear them. */
import { expect, test } from 'vitest';
import { outlineLevels } from '../src/ui/messages/headings';

test.each([
  [[3], [2]],
  [[4], [2]],
  [
    [3, 6, 6, 4],
    [2, 3, 3, 3],
  ],
  [
    [5, 3, 4, 5, 3],
    [2, 2, 3, 4, 2],
  ],
])('sizes %j are read out as levels %j', (sizes, levels) => {
  expect(outlineLevels(sizes)).toEqual(levels);
});
