import type {FastifyInstance} from 'fastify';
import {FishboneError} from './errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    traffic: Traffic;
  }
}

/** What is asked while a server stops, too, so that whoever runs it sees that it does. */
const STILL_ANSWERED: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz', '/metrics']);

/** Which requests are being answered, and whether more are taken. */
export class Traffic {
  inFlight = 0;
  /** Listening already, but not at work yet. */
  isStarting = false;
  isClosing = false;
  #emptied: (() => void) | null = null;

  began(): void {
    this.inFlight++;
  }

  ended(): void {
    this.inFlight--;
    if (this.inFlight === 0) this.#emptied?.();
  }

  /** Takes no more and waits for what is being answered. @returns how many requests the time was too short for */
  async drain(ms: number): Promise<number> {
    this.isClosing = true;
    if (this.inFlight > 0) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, ms);
        this.#emptied = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.inFlight;
  }
}

/** Counts requests, and once the server stops refuses new ones: those that are being answered are answered. */
export function watchTraffic(http: FastifyInstance): void {
  const traffic = new Traffic();
  http.decorate('traffic', traffic);
  http.addHook('onRequest', async (request, reply) => {
    traffic.began();
    // Whether it was answered or the client left: once.
    reply.raw.once('close', () => traffic.ended());
    if (!traffic.isClosing || STILL_ANSWERED.has(request.routeOptions.url)) return;
    reply.header('connection', 'close');
    throw new FishboneError('CLOSING', 'the server is being stopped', {hint: 'try again when it is back'});
  });
}
