import type {FeedState} from '../../ingest/feeds/state.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';

export async function healthRoutes(http: Http, app: App): Promise<void> {
  const startedMs = Date.now();
  let requests = 0;
  let failures = 0;
  http.server.on('request', (_request, response) => {
    requests++;
    response.once('finish', () => {
      if (response.statusCode >= 500) failures++;
    });
  });

  http.get('/livez', {schema: {hide: true}}, (_request, reply) => reply.type('text/plain').send('ok\n'));

  http.get('/readyz', {schema: {hide: true}}, async (_request, reply) => {
    await app.warehouse.read(undefined, session => session.row('select 1 as ready'));
    // Ready all the same: a plant that cannot record or contain anything is worse off than one with a gap in its evidence.
    const problems = app.warehouse.problems.map(({where, what, hint}) => `PROBLEM ${where} ${what}: ${hint}\n`);
    // Their number alone: this page is open to everybody.
    const alerts = app.alerts.open > 0 ? `ALERTS ${app.alerts.open} open: fishbone alerts\n` : '';
    return reply.type('text/plain').send(`ready\n${problems.join('')}${alerts}`);
  });

  http.get('/metrics', {config: {access: 'read'}, schema: {hide: true}}, (_request, reply) => {
    const holds = app.holds.list().flatMap(({lots}) => lots);
    const metrics: [string, 'counter' | 'gauge', string, number][] = [
      ['fishbone_ledger_entries', 'gauge', 'entries in the ledger', app.warehouse.ledger.head.seq],
      ['fishbone_archive_problems', 'gauge', 'files that the archive has lost', app.warehouse.problems.length],
      ['fishbone_position', 'gauge', 'newest batch', app.warehouse.position],
      ['fishbone_alerts_open', 'gauge', 'open alerts about the supply of data', app.alerts.open],
      ['fishbone_deliveries_open', 'gauge', 'lots whose message has not arrived', holds.filter(isOpen).length],
      ['fishbone_http_requests_total', 'counter', 'requests answered', requests],
      ['fishbone_http_failures_total', 'counter', 'requests that failed by a fault of ours', failures],
      ['process_resident_memory_bytes', 'gauge', 'resident memory', process.memoryUsage().rss],
      ['process_start_time_seconds', 'gauge', 'start time', Math.round(startedMs / 1000)],
    ];
    const text = [
      ...metrics.map(
        ([name, type, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`,
      ),
      ...feedMetrics(app.feeds.states()),
    ];
    return reply.type('text/plain; version=0.0.4').send(text.join(''));
  });
}

function isOpen({delivery}: {delivery: string}): boolean {
  return delivery === 'queued' || delivery === 'sending' || delivery === 'unknown';
}

const OF_FEEDS = [
  ['received', 'counter', 'messages or files that came'],
  ['accepted', 'counter', 'rows that were accepted'],
  ['duplicates', 'counter', 'rows that were known'],
  ['rejected', 'counter', 'rows, messages and files that were refused'],
  ['ignored', 'counter', 'messages that hold nothing for the warehouse'],
  ['errors', 'counter', 'times that something went wrong'],
  ['behind', 'gauge', 'messages or files that came and are not recorded yet'],
] as const;

function feedMetrics(feeds: readonly FeedState[]): string[] {
  if (feeds.length === 0) return [];
  const metric = (name: string, type: string, help: string, ofFeed: (feed: FeedState) => number) =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${feeds
      .map(feed => `${name}{feed="${feed.name}",kind="${feed.kind}"} ${ofFeed(feed)}\n`)
      .join('')}`;
  return [
    metric('fishbone_feed_connected', 'gauge', '1: takes what comes', ({state}) => (state === 'connected' ? 1 : 0)),
    metric('fishbone_feed_last_seconds', 'gauge', 'time of the last message or file, 0: none yet', ({lastAt}) =>
      lastAt === null ? 0 : Date.parse(lastAt) / 1000,
    ),
    ...OF_FEEDS.map(([field, type, help]) =>
      metric(`fishbone_feed_${field}${type === 'counter' ? '_total' : ''}`, type, help, feed => feed[field]),
    ),
  ];
}
