import {z} from 'zod';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {Http} from '../http.ts';
import {OPERATIONS, type OperationName, runOperation} from '../operations.ts';

/** The way in for the command line on this machine, while the server owns the warehouse. */
export async function operationRoutes(http: Http, app: App): Promise<void> {
  http.post(
    '/v1/operations/:name',
    {
      config: {access: 'local'},
      bodyLimit: 16_000_000,
      schema: {hide: true, params: z.object({name: z.string()}), body: z.unknown()},
    },
    async ({params: {name}, body, caller}, reply) => {
      if (!Object.hasOwn(OPERATIONS, name)) throw new FishboneError('NOT_FOUND', `there is no operation ${name}`);
      // Explicitly, because an answer may be a bare value.
      return reply.type('application/json').send(await runOperation(app, name as OperationName, body, caller));
    },
  );
}
