import {randomUUID} from 'node:crypto';
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {type IncomingMessage, request} from 'node:http';
import {join} from 'node:path';
import {json} from 'node:stream/consumers';
import {z} from 'zod';
import {type ErrorCode, FishboneError} from './errors.ts';
import {Problem} from './problem.ts';

/** `W/server.json`: which server owns the warehouse, and what opens its door to whoever may read the file. */
const ServerFile = z.object({address: z.url(), pid: z.number().int().positive(), token: z.string().min(1)});
type ServerFile = z.infer<typeof ServerFile>;

const pathOf = (folder: string) => join(folder, 'server.json');

export async function announceServer(folder: string, server: ServerFile): Promise<void> {
  await mkdir(folder, {recursive: true});
  const unfinished = join(folder, `.server-${randomUUID()}`);
  try {
    await writeFile(unfinished, `${JSON.stringify(server)}\n`, {mode: 0o600});
    await rename(unfinished, pathOf(folder));
  } catch (error) {
    await rm(unfinished, {force: true});
    throw error;
  }
}

/** Takes the announcement back, if it is still this server's. */
export async function withdrawServer(folder: string, token: string): Promise<void> {
  if ((await readServerFile(folder))?.token === token) await rm(pathOf(folder), {force: true});
}

/** The server that owns a warehouse, or null. What a server that died left behind is removed. */
export async function findServer(folder: string): Promise<RunningServer | null> {
  const server = await readServerFile(folder);
  if (!server) return null;
  if (!isAlive(server.pid)) {
    await rm(pathOf(folder), {force: true});
    return null;
  }
  return {
    address: server.address,
    call: (name, input) => callServer(server, name, input),
    get: path => getFrom(server, path),
  };
}

interface RunningServer {
  address: string;
  call(operation: string, input: unknown): Promise<unknown>;
  /** A download. @throws FishboneError as the server said it */
  get(path: string): Promise<IncomingMessage>;
}

async function readServerFile(folder: string): Promise<ServerFile | null> {
  try {
    return ServerFile.parse(JSON.parse(await readFile(pathOf(folder), 'utf8')));
  } catch {
    // Absent, or not a server's: then whoever holds the database decides.
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Asks without a time limit: a large file takes as long as it takes. @throws FishboneError as the server said it */
async function callServer({address, token}: ServerFile, operation: string, input: unknown): Promise<unknown> {
  const {status, text} = await post(
    new URL(`/v1/operations/${operation}`, address),
    token,
    JSON.stringify(input),
  ).catch((cause: Error) => {
    throw new FishboneError('WAREHOUSE_BUSY', `the server at ${address} does not answer: ${cause.message}`, {
      hint: 'it may be starting or stopping: try again, or stop it',
      cause,
    });
  });
  const body: unknown = text === '' ? null : JSON.parse(text);
  if (status < 300) return body;
  throw problemOf(address, status, body);
}

function problemOf(address: string, status: number, body: unknown): FishboneError {
  const problem = Problem.safeParse(body);
  if (!problem.success) return new FishboneError('INTERNAL', `the server at ${address} answered ${status}`);
  const {code, detail, hint} = problem.data;
  return new FishboneError(code as ErrorCode, detail, {hint});
}

async function getFrom({address, token}: ServerFile, path: string): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = {authorization: `Bearer ${token}`, 'cache-control': 'no-cache'};
    request(new URL(path, address), {headers, agent: false}, resolve).on('error', reject).end();
  });
  const status = response.statusCode ?? 0;
  if (status < 300) return response;
  throw problemOf(address, status, await json(response));
}

function post(url: URL, token: string, body: string): Promise<{status: number; text: string}> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      // Who asks here sees no header of the answer: it waits for what was acknowledged before.
      'cache-control': 'no-cache',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const asked = request(url, {method: 'POST', headers, agent: false}, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString()}));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
