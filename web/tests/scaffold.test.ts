/** The build's own promises: the lock file pins hashes and names no host. */
import { expect, test } from 'vitest';
import lock from '../package-lock.json';

test('every locked package has a hash and no address', () => {
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(10);
  for (const [path, entry] of packages) {
    expect(entry, path).toHaveProperty('integrity');
    expect(entry, path).not.toHaveProperty('resolved');
  }
});
