import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {exposition, MEDIA_TYPE} from '../metrics/exposition.ts';
import type {Metrics} from '../metrics/metrics.ts';
import {notReady} from '../readiness.ts';

export async function healthRoutes(http: Http, app: App, metrics: Metrics): Promise<void> {
  http.get('/livez', {schema: {hide: true}}, (_request, reply) => reply.type('text/plain').send('ok\n'));

  http.get('/readyz', {schema: {hide: true}}, async (_request, reply) => {
    const reasons = await notReady(app, http.traffic);
    if (reasons.length > 0)
      return reply
        .code(503)
        .header('retry-after', '5')
        .type('text/plain')
        .send(`not ready\n${reasons.map(reason => `${reason}\n`).join('')}`);
    // Ready all the same: a plant that cannot record or contain anything is worse off than one with a gap in its evidence.
    const problems = app.warehouse.problems.map(({where, what, hint}) => `PROBLEM ${where} ${what}: ${hint}\n`);
    // Their number alone: this page is open to everybody.
    const alerts = app.alerts.open > 0 ? `ALERTS ${app.alerts.open} open: fishbone alerts\n` : '';
    return reply.type('text/plain').send(`ready\n${problems.join('')}${alerts}`);
  });

  http.get('/metrics', {config: {access: 'read', audit: false}, schema: {hide: true}}, async (_request, reply) =>
    reply.type(MEDIA_TYPE).send(exposition(await metrics.families())),
  );
}
