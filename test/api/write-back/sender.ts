// Delivers what waits in a plant's outbox: a process of its own, for the tests to kill.
import {testPlant} from './plant.ts';

const [folder, url] = process.argv.slice(2);
const plant = await testPlant(['mes'], folder);
const outbox = await plant.outbox(url, {concurrency: 4});
await outbox.deliver({waitSeconds: 6000});
