// A process that judges images starts here.
import {start} from '../warehouse/program.js';

await start('inference/worker.ts');
