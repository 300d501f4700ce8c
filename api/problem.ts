import {STATUS_CODES} from 'node:http';
import type {Socket} from 'node:net';
import type {FastifyReply, FastifyRequest} from 'fastify';
import {z} from 'zod';
import type {FishboneError} from './errors.ts';
import {withoutSecrets} from './redact.ts';
import {isOfTheDisk} from './refusals.ts';
import {translateError} from './translate-error.ts';

/** What every failed request is answered with (RFC 9457). */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string().describe('stable: for programs'),
  detail: z.string(),
  hint: z.string().optional().describe('what to do about it'),
  exitCode: z.number().int().describe('what the command line would exit with'),
  errors: z
    .array(z.object({pointer: z.string().describe('JSON pointer to the wrong field'), detail: z.string()}))
    .optional(),
});
export type Problem = z.infer<typeof Problem>;

/** Sends any error as a problem; only faults of our own are logged: the disk's have a log of their own. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
  const problem = problemOf(error);
  if (problem.status >= 500 && !isOfTheDisk(problem)) request.log.error({err: error}, problem.detail);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  const isLater = problem.status === 503 || problem.status === 429;
  if (isLater && !reply.hasHeader('retry-after')) reply.header('retry-after', '5');
  reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(withoutSecrets(problem)));
  return problem;
}

/** What is no request at all comes to no route: it is refused on the connection itself, which ends with it. */
export function refuseBroken({code}: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = BROKEN[code ?? ''] ?? [400, 'this is no request that can be read'];
  const problem = {...describe(status === 431 ? 'TOO_LARGE' : 'USAGE', status, 2), detail} satisfies Problem;
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const BROKEN: Readonly<Record<string, [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the address and the headers of a request are 16 kB at most'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come to its end in time'],
};

export function problemOf(error: unknown): Problem {
  const invalid = invalidFields(error);
  if (invalid) {
    const detail = invalid.map(({pointer, detail}) => (pointer ? `${pointer}: ${detail}` : detail)).join('; ');
    return {...describe('USAGE', 400, 2), detail, errors: invalid};
  }
  if (isHttpError(error)) {
    const {statusCode, message} = error;
    const code = statusCode === 413 ? 'TOO_LARGE' : 'USAGE';
    return {...describe(code, statusCode, 2), detail: message.slice(0, DETAIL_MAX), hint: HINTS[statusCode]};
  }
  const {code, status, exitCode, message, hint, cause} = translateError(error);
  const pointer = cause instanceof Error && 'pointer' in cause ? String(cause.pointer) : null;
  const errors = pointer === null ? undefined : [{pointer, detail: message}];
  return {...describe(code, status, exitCode), detail: message, hint, errors};
}

/** What was asked may stand in it. */
const DETAIL_MAX = 500;

const HINTS: Readonly<Record<number, string>> = {
  413: 'a JSON body is 1 MB at most: send less at once, or a file to /v1/ingest/{table}',
  415: 'send application/json; to /v1/ingest/{table} text/csv, application/x-ndjson or application/vnd.apache.parquet',
};

const TITLES: Partial<Record<FishboneError['code'], string>> = {
  USAGE: 'The question cannot be read',
  NOT_FOUND: 'There is no such thing',
  UNAUTHENTICATED: 'Who are you?',
  FORBIDDEN: 'Not allowed',
  SIGN_IN_REFUSED: 'Not signed in',
  ISSUER_UNREACHABLE: 'Signing in is not possible now',
  OVERLOADED: 'Too much at once',
  CONFLICT: 'It contradicts what is recorded',
  FILE_UNUSABLE: 'The data cannot be used',
  TOO_LARGE: 'That is too much at once',
  QUERY_STOPPED: 'The query was stopped',
  INTERNAL: 'The server failed',
  HOLD_SAME_PERSON: 'A second person has to decide',
};

function describe(code: FishboneError['code'], status: number, exitCode: number) {
  const title = TITLES[code] ?? code.toLowerCase().replaceAll('_', ' ');
  return {type: 'about:blank', title, status, code, exitCode};
}

/** Fastify says where (body, querystring, params) and zod what; the pointer is into the body or names the parameter. */
function invalidFields(error: unknown): {pointer: string; detail: string}[] | null {
  if (error instanceof z.ZodError) return error.issues.flatMap(issue => fieldsOf(issue.path, issue));
  if (!(error instanceof Error) || !('validation' in error) || !Array.isArray(error.validation)) return null;
  return (error.validation as Violation[]).flatMap(({instancePath, message, params}) => {
    const pointer = instancePath === '/' ? '' : (instancePath ?? '');
    const unknown = params?.keys ?? [];
    if (unknown.length === 0) return [{pointer, detail: message ?? 'is not right'}];
    return unknown.map(key => ({pointer: `${pointer}/${pointerPart(key)}`, detail: `"${key}" is not known here`}));
  });
}

/** As fastify-type-provider-zod tells of one of zod's issues; `keys` are those that are not known. */
interface Violation {
  instancePath?: string;
  message?: string;
  params?: {keys?: string[]};
}

function fieldsOf(path: readonly PropertyKey[], issue: z.core.$ZodIssue): {pointer: string; detail: string}[] {
  const at = (keys: readonly PropertyKey[]) => keys.map(key => `/${pointerPart(String(key))}`).join('');
  if (issue.code !== 'unrecognized_keys') return [{pointer: at(path), detail: issue.message}];
  return issue.keys.map(key => ({pointer: at([...path, key]), detail: `"${key}" is not known here`}));
}

const pointerPart = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

function isHttpError(error: unknown): error is Error & {statusCode: number} {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return false;
  return error.statusCode >= 400 && error.statusCode < 500;
}
