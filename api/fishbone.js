#!/usr/bin/env node
// The executable: TypeScript sources run as they are, there is no build step.
import {register} from 'tsx/esm/api';

register();
const {main} = await import('./cli.ts');
// Whoever reads only the first lines (a pipe to head) has seen enough: no failure.
process.stdout.on('error', error => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await main(process.argv.slice(2));
