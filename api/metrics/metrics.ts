/** All figures that a server tells of itself and of its plant. */
import {type IntervalHistogram, monitorEventLoopDelay} from 'node:perf_hooks';
import type {FeedState} from '../../ingest/feeds/state.ts';
import {databaseMemory} from '../../warehouse/database-memory.ts';
import type {App} from '../app.ts';
import {waitingExports} from '../exports/export.ts';
import type {Http} from '../http.ts';
import {freeOn} from '../readiness.ts';
import {waitingQuestions} from '../turns.ts';
import {type Family, figure} from './exposition.ts';
import {LedgerCounts} from './ledger-counts.ts';
import {RequestCounts} from './request-counts.ts';

const NANOSECONDS = 1e9;

export class Metrics {
  readonly #http: Http;
  readonly #app: App;
  readonly #requests: RequestCounts;
  readonly #ledger = new LedgerCounts();
  readonly #lag: IntervalHistogram = monitorEventLoopDelay({resolution: 20});

  constructor(http: Http, app: App) {
    this.#http = http;
    this.#app = app;
    this.#requests = new RequestCounts(http);
    this.#lag.enable();
    http.addHook('onClose', async () => void this.#lag.disable());
  }

  async families(): Promise<Family[]> {
    const {warehouse, alerts, live, config, feeds} = this.#app;
    const {lastBatchAt} = warehouse;
    return [
      ...this.#requests.families,
      figure('fishbone_http_in_flight', 'gauge', 'requests that are being answered', this.#http.traffic.inFlight),
      figure('fishbone_live_watchers', 'gauge', 'who watches /v1/events', live.watchers),
      figure('fishbone_live_dropped_total', 'counter', 'watchers who took too little and were let go', live.dropped),
      {
        name: 'fishbone_waiting',
        type: 'gauge',
        help: 'requests that wait for their turn, by what they wait for',
        samples: [
          {labels: {queue: 'inspections'}, value: this.#app.recorder.waiting},
          {labels: {queue: 'questions'}, value: waitingQuestions(this.#app)},
          {labels: {queue: 'exports'}, value: waitingExports(this.#app)},
        ],
      },
      figure(
        'fishbone_inspections_set_aside',
        'gauge',
        'acknowledged requests that no batch takes',
        this.#app.recorder.aside.count,
      ),
      ...this.#ledger.follow(warehouse.entries()),
      figure('fishbone_ledger_entries', 'gauge', 'entries in the ledger', warehouse.ledger.head.seq),
      figure('fishbone_position', 'gauge', 'newest batch', warehouse.position),
      {
        name: 'fishbone_last_batch_age_seconds',
        type: 'gauge',
        help: 'since the newest batch was accepted; absent without one',
        samples: lastBatchAt === null ? [] : [{value: Math.max(0, (Date.now() - Date.parse(lastBatchAt)) / 1000)}],
      },
      figure('fishbone_archive_problems', 'gauge', 'files that the archive has lost', warehouse.problems.length),
      figure('fishbone_alerts_open', 'gauge', 'open alerts about the supply of data', alerts.open),
      ...this.#deliveries(),
      ...this.#responses(),
      ...(await this.#machine(config.folder)),
      ...feedFamilies(feeds.states()),
    ];
  }

  #deliveries(): Family[] {
    const states = this.#app.holds.countDeliveries();
    const {queued, sending, unknown} = states;
    return [
      {
        name: 'fishbone_deliveries',
        type: 'gauge',
        help: 'messages about lots on holds, by what became of them',
        samples: Object.entries(states).map(([state, value]) => ({labels: {state}, value})),
      },
      figure('fishbone_deliveries_open', 'gauge', 'lots whose message has not arrived', queued + sending + unknown),
    ];
  }

  #responses(): Family[] {
    const rules = this.#app.responses.list();
    const family = (what: 'fired' | 'withheld' | 'failed', help: string): Family => ({
      name: `fishbone_responses_${what}_total`,
      type: 'counter',
      help,
      samples: rules.map(rule => ({labels: {rule: rule.rule}, value: rule[what]})),
    });
    return [
      family('fired', 'times that a response rule fired'),
      family('withheld', 'times that the limits of a response rule held it back'),
      family('failed', 'messages of a response rule that were rejected'),
    ];
  }

  async #machine(folder: string): Promise<Family[]> {
    const {rss, heapUsed} = process.memoryUsage();
    const p99 = this.#lag.percentile(99) / NANOSECONDS;
    const max = this.#lag.max / NANOSECONDS;
    this.#lag.reset();
    return [
      figure(
        'fishbone_database_memory_bytes',
        'gauge',
        'what the database holds in memory',
        await databaseMemory(this.#app.warehouse),
      ),
      figure('fishbone_disk_free_bytes', 'gauge', 'free on the disk of the warehouse', await freeOn(folder)),
      figure('nodejs_eventloop_lag_p99_seconds', 'gauge', 'since it was asked last', p99),
      figure('nodejs_eventloop_lag_max_seconds', 'gauge', 'since it was asked last', max),
      figure('nodejs_heap_size_used_bytes', 'gauge', 'heap in use', heapUsed),
      figure('process_resident_memory_bytes', 'gauge', 'resident memory', rss),
      figure('process_start_time_seconds', 'gauge', 'start time', Math.round(Date.now() / 1000 - process.uptime())),
    ];
  }
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

function feedFamilies(feeds: readonly FeedState[]): Family[] {
  const family = (name: string, type: 'counter' | 'gauge', help: string, of: (feed: FeedState) => number): Family => ({
    name,
    type,
    help,
    samples: feeds.map(feed => ({labels: {feed: feed.name, kind: feed.kind}, value: of(feed)})),
  });
  return [
    family('fishbone_feed_connected', 'gauge', '1: takes what comes', ({state}) => (state === 'connected' ? 1 : 0)),
    family('fishbone_feed_last_seconds', 'gauge', 'time of the last message or file, 0: none yet', ({lastAt}) =>
      lastAt === null ? 0 : Date.parse(lastAt) / 1000,
    ),
    ...OF_FEEDS.map(([field, type, help]) =>
      family(`fishbone_feed_${field}${type === 'counter' ? '_total' : ''}`, type, help, feed => feed[field]),
    ),
  ];
}
