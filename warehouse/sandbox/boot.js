// The process for people's SQL starts here.
import {start} from '../program.js';

await start('warehouse/sandbox/worker.ts');
