import {z} from 'zod';
import {LIVE} from '../../warehouse/live-answers.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {Http} from '../http.ts';
import {Problem} from '../problem.ts';

const Events: z.ZodType<unknown> = z
  .union(Object.entries(LIVE).map(([name, data]) => z.object({event: z.literal(name), data})))
  .describe('server-sent events: the name of each, and its data as JSON');

export async function eventRoutes(http: Http, app: App): Promise<void> {
  // A stream has no end of its own: a server that is being closed would wait for it.
  http.addHook('preClose', async () => app.live.end('closing'));
  http.get(
    '/v1/events',
    {
      config: {access: 'read'},
      exposeHeadRoute: false,
      schema: {
        summary: 'What happens, as it happens: batches with their inspections, holds, deliveries, alerts, progress',
        description:
          "An event's id is its entry in the ledger: with Last-Event-ID a stream goes on where another ended, and nothing " +
          'is missed. Events without an id (progress, end) are told once. Who takes nothing for half a minute is let go.',
        headers: z.object({
          'last-event-id': z.string().optional().describe('the id of the last event that was seen'),
        }),
        response: {200: {content: {'text/event-stream': {schema: Events}}}, '4xx': Problem},
      },
    },
    ({headers}, reply) => {
      const stream = app.live.watch(placeOf(headers['last-event-id']));
      return (
        reply
          .type('text/event-stream; charset=utf-8')
          // Some proxies keep what they pass on until it is much; and no other request can use the connection.
          .headers({'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'close'})
          .send(stream)
      );
    },
  );
}

function placeOf(id: string | undefined): number | null {
  if (id === undefined || id === '') return null;
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw new FishboneError('USAGE', 'Last-Event-ID is the id of no event: it is a whole number', {
    hint: 'leave it out to be told from now on',
  });
}
