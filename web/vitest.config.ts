/** How the client's unit tests run: plain TypeScript in Node, with fake clocks and sockets, no browser. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** These put something else in the place of a module or a global, so each gets a process of its own; the others share theirs. */
const REPLACING = [
  'tests/voice/reference.test.ts',
  'tests/voice/planted_faults.test.ts',
  'tests/check_run.test.ts',
  'tests/unsent_store.test.ts',
];

export default defineConfig({
  plugins: [svelte()],
  test: {
    environment: 'node',
    restoreMocks: true,
    unstubGlobals: true,
    projects: [
      { extends: true, test: { name: 'alone', include: REPLACING } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['tests/**/*.test.ts', 'src/**/*.test.ts'],
          exclude: REPLACING,
          isolate: false,
        },
      },
    ],
  },
});
