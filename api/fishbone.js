#!/usr/bin/env node
// The executable: TypeScript sources run as they are, there is no build step.
import {register} from 'tsx/esm/api';

register();
const {main} = await import('./cli.ts');
process.exitCode = await main(process.argv.slice(2));
