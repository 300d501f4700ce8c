import {setTimeout as wait} from 'node:timers/promises';
import {type App, hasWarehouse, openApp} from '../app.ts';
import type {Operation} from '../operation.ts';
import {type InputOf, OPERATIONS, type OperationName, type OutputOf, runOperation} from '../operations.ts';
import {findServer} from '../running-server.ts';
import {translateError} from '../translate-error.ts';
import type {Progress} from './progress.ts';
import {closeOrUnmake, lookBefore} from './unmade.ts';

/** How long another command may take before this one gives up on the warehouse that it holds. */
const PATIENCE_MS = 3_000;

/** Does one operation: through the server that owns the warehouse, or by opening the warehouse itself. */
export async function ask<N extends OperationName>(
  folder: string,
  name: N,
  input: InputOf<N>,
  progress: Progress,
): Promise<OutputOf<N>> {
  const operation: Operation = OPERATIONS[name];
  operation.input.parse(input);
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const server = await findServer(folder);
    if (server) return (await server.call(name, input)) as OutputOf<N>;
    const before = operation.makes && !hasWarehouse(folder) ? lookBefore(folder) : null;
    let app: App;
    try {
      app = await openApp(folder, {make: operation.makes, log: progress.say});
    } catch (error) {
      if (translateError(error).code !== 'WAREHOUSE_BUSY' || Date.now() > deadlineMs) throw error;
      await wait(150);
      continue;
    }
    let afterwards: (() => Promise<unknown>) | null = null;
    try {
      if (operation.atRest) afterwards = await operation.atRest(app, operation.input.parse(input));
      else return await runOperation(app, name, input, {authenticated: null, onProgress: progress.show});
    } finally {
      progress.end();
      await (before ? closeOrUnmake(app, before) : app.close());
    }
    return (await afterwards()) as OutputOf<N>;
  }
}
