import {createHash} from 'node:crypto';
import type {FastifyInstance, FastifyRequest} from 'fastify';
import {canonicalJson} from '../../warehouse/ledger-chain.ts';
import {hidePersons} from '../../warehouse/person-texts.ts';
import {redacted, withoutSecrets} from '../redact.ts';
import {AuditLog} from './audit-log.ts';
import type {AuditRow} from './read-audit.ts';

/** Whoever asked was gone before the answer was sent. */
const LEFT = 499;
const QUESTION_CHARACTERS = 4_000;
const POST_THAT_READS = new Set(['/v1/screen', '/v1/contain', '/v1/query', '/v1/responses/try']);

/** What requests leave in the audit. */
export class Audit extends AuditLog {
  /** What happened outside of the ordinary way of a request: signing in and out. */
  record(
    request: FastifyRequest,
    kind: AuditRow['kind'],
    {who, role, status}: Pick<AuditRow, 'who' | 'role' | 'status'>,
  ): void {
    this.add(kind, {who, role, via: request.via, address: request.ip, route: routeOf(request), status});
  }
}

/** Every request is recorded whose caller is known or should have been, when it is answered; nobody waits for it. */
export function auditRequests(
  http: FastifyInstance,
  {audit, warehouse}: {audit: Audit; warehouse: {position: number; persons: {names(): ReadonlyMap<string, string>}}},
): void {
  const questions = new WeakMap<FastifyRequest, unknown>();
  // Before it is done: whoever is erased by it is still known as a person whose name is not written down.
  http.addHook('preHandler', async request => {
    questions.set(request, hidePersons(questionOf(request), warehouse.persons.names()));
  });
  http.addHook('onRequest', async (request, reply) => {
    const {config} = request.routeOptions;
    if ((config.access ?? 'open') === 'open') return;
    const startedMs = performance.now();
    const asked = {position: warehouse.position, address: request.ip};
    let isTold = false;
    const tell = (status: number) => {
      if (isTold) return;
      isTold = true;
      const refused = status === 401 || status === 403;
      // A flood that was refused is not let into the audit either.
      if (status === 429 || (config.audit === false && !refused)) return;
      const {mode, name, role} = request.seenAs;
      // Without keys nothing proves who it is, and only this machine is served.
      if (mode === 'single-user') return;
      audit.add(refused ? 'refused' : kindOf(request), {
        ...asked,
        who: name,
        role,
        via: request.via,
        route: routeOf(request),
        question: questions.get(request) ?? hidePersons(questionOf(request), warehouse.persons.names()),
        status,
        durationMs: Math.round(performance.now() - startedMs),
      });
    };
    reply.raw.once('finish', () => tell(reply.statusCode));
    reply.raw.once('close', () => tell(LEFT));
  });
}

const routeOf = ({method, routeOptions, url}: FastifyRequest): string =>
  redacted(`${method} ${routeOptions.url ?? new URL(url, 'http://here').pathname}`);

function kindOf({method, routeOptions: {url = ''}}: FastifyRequest): AuditRow['kind'] {
  return method === 'GET' || method === 'HEAD' || POST_THAT_READS.has(url) ? 'query' : 'change';
}

/** Files and streams are no questions; what was sent is in the archive. */
function questionOf({params, query, body}: FastifyRequest): unknown {
  const isPlain = typeof body === 'object' && body !== null && !('pipe' in body);
  const parts = Object.entries({params, query, body: isPlain ? withoutValues(body) : undefined}).filter(
    ([, part]) => typeof part === 'object' && part !== null && Object.keys(part).length > 0,
  );
  if (parts.length === 0) return null;
  const question = withoutSecrets(Object.fromEntries(parts));
  const text = canonicalJson(question);
  if (text.length <= QUESTION_CHARACTERS) return question;
  const sha256 = createHash('sha256').update(text).digest('hex');
  return {cut: text.slice(0, QUESTION_CHARACTERS), characters: text.length, sha256};
}

/** Values of the parameters of SQL are data; which there were is enough. */
function withoutValues(body: object): object {
  if (!('sql' in body) || !('params' in body) || typeof body.params !== 'object') return body;
  return {...body, params: Object.keys(body.params ?? {})};
}
