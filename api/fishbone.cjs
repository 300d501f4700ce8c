#!/usr/bin/env node
// The executable: TypeScript sources run as they are, nobody has to build them. CommonJS, because the size of the pool that
// every query, read and fsync waits for a thread of can be set only before anything has used it, and the loader of modules
// does: with the usual four, two long questions of pages hold up what is being recorded.
process.env.UV_THREADPOOL_SIZE ??= '16';

void (async () => {
  const {start} = await import('../warehouse/program.js');
  const {main} = await start('api/cli.ts');
  // Whoever reads only the first lines (a pipe to head) has seen enough: no failure.
  process.stdout.on('error', error => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = await main(process.argv.slice(2));
})();
