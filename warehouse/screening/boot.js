// A worker thread starts here.
import {start} from '../program.js';

await start('warehouse/screening/worker.ts');
