// A process that judges images starts here: TypeScript has to be made readable in it before the first .ts file is imported.
import {register} from 'tsx/esm/api';

register();
await import('./worker.ts');
