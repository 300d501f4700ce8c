import type {FastifyInstance} from 'fastify';
import {type Family, figure, type Sample} from './exposition.ts';

const BOUNDS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Times {
  /** How many took no longer than the bound at this place; the last: all. */
  counts: number[];
  sumSeconds: number;
}

/** Requests by route, as it is written in the code: their number does not grow with what is asked. */
export class RequestCounts {
  readonly #byStatus = new Map<string, {labels: Record<string, string>; value: number}>();
  readonly #byRoute = new Map<string, Times>();
  #failures = 0;

  constructor(http: FastifyInstance) {
    http.addHook('onResponse', async (request, reply) => {
      this.#count(
        request.method,
        request.routeOptions.url ?? '(none)',
        reply.statusCode,
        reply.elapsedTime / 1000,
        request.routeOptions.url === '/v1/events',
      );
    });
  }

  get families(): Family[] {
    return [
      {
        name: 'fishbone_http_requests_total',
        type: 'counter',
        help: 'requests that were answered, by route and status',
        samples: [...this.#byStatus.values()],
      },
      figure('fishbone_http_failures_total', 'counter', 'requests that failed by a fault of ours', this.#failures),
      {
        name: 'fishbone_http_request_duration_seconds',
        type: 'histogram',
        help: 'how long answers took, streams without end left out',
        samples: [...this.#byRoute].flatMap(([route, times]) => samplesOf(route, times)),
      },
    ];
  }

  #count(method: string, route: string, status: number, seconds: number, isEndless: boolean): void {
    const key = `${method} ${route} ${status}`;
    const known = this.#byStatus.get(key) ?? {labels: {method, route, status: String(status)}, value: 0};
    known.value++;
    // What says that the server is being stopped or the disk is full is no fault of the code.
    if (status === 500) this.#failures++;
    this.#byStatus.set(key, known);
    if (isEndless) return;
    const times = this.#byRoute.get(route) ?? {counts: [...BOUNDS_SECONDS, 0].map(() => 0), sumSeconds: 0};
    times.sumSeconds += seconds;
    BOUNDS_SECONDS.forEach((bound, k) => {
      if (seconds <= bound) times.counts[k]++;
    });
    times.counts[BOUNDS_SECONDS.length]++;
    this.#byRoute.set(route, times);
  }
}

function samplesOf(route: string, {counts, sumSeconds}: Times): Sample[] {
  const all = counts[BOUNDS_SECONDS.length];
  return [
    ...BOUNDS_SECONDS.map((bound, k) => ({suffix: '_bucket', labels: {route, le: String(bound)}, value: counts[k]})),
    {suffix: '_bucket', labels: {route, le: '+Inf'}, value: all},
    {suffix: '_sum', labels: {route}, value: sumSeconds},
    {suffix: '_count', labels: {route}, value: all},
  ];
}
