import {defineConfig} from 'vitest/config';

const TESTS = 'test/**/*.test.{ts,tsx}';
/** What starts servers that are killed and other engines has each file in a process of its own. */
const APART = ['test/engines/**', 'test/faults/**'];
/** What is seen in a browser. */
const SEEN = ['test/browser/**', 'test/notebooks/**'];

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    globalSetup: new URL('./own-temporary-folder.ts', import.meta.url).pathname,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: {poll: {timeout: 120_000}},
    // More than the least machine has processors: much of what is tested waits for others.
    maxWorkers: 3,
    reporters: ['default', new URL('./closing-line.ts', import.meta.url).pathname],
    projects: [
      {extends: true, test: {name: 'apart', include: APART.map(folder => `${folder}/*.test.{ts,tsx}`)}},
      // Modules are read once a process, not once a file: no test may rely on what another leaves in one.
      {
        extends: true,
        test: {name: 'together', include: [TESTS], exclude: [...APART, ...SEEN, '**/node_modules/**'], isolate: false},
      },
      // A browser that starves on a busy machine has a second try; the closing line names who needed it.
      {
        extends: true,
        test: {name: 'seen', include: SEEN.map(folder => `${folder}/*.test.{ts,tsx}`), isolate: false, retry: 1},
      },
    ],
  },
});
