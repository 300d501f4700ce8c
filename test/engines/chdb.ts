/**
 * The embedded build of ClickHouse, which is too large for every install: `npm install --prefix FOLDER chdb@3.4.0`, and
 * `FISHBONE_CHDB=FOLDER` says where it is. It cannot listen, so it answers here behind a door that speaks as much of
 * ClickHouse's HTTP interface as the client asks of it: what plants ask goes through the client of the product.
 */
import {createServer, type IncomingMessage} from 'node:http';
import {createRequire} from 'node:module';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {clickhouseEngine} from '../../warehouse/engines/clickhouse-engine.ts';
import {clickhouseServer} from '../../warehouse/engines/clickhouse-server.ts';
import type {Engine} from '../../warehouse/engines/dialect.ts';

interface Embedded {
  /** @param bound values by name, escaped as a request has them */
  QueryAsync(sql: string, format: string, bound: Record<string, string>): Promise<{bytes: Uint8Array}>;
}

/** @returns null where there is none */
export async function embeddedClickhouse(place: string): Promise<Engine | null> {
  const folder = process.env.FISHBONE_CHDB;
  if (!folder) return null;
  const load = createRequire(join(folder, 'package.json'));
  const embedded = load(join(folder, 'node_modules/chdb/dist/loader.js')).loadNative() as Embedded;
  // Values of two queries at once would be mixed up in it.
  let before: Promise<unknown> = Promise.resolve();
  const door = createServer((request, response) => {
    const answer = before.then(async () => answered(embedded, request));
    before = answer.catch(() => undefined);
    answer.then(
      bytes => response.end(bytes),
      (error: Error) => response.writeHead(500, {'x-clickhouse-exception-code': '1'}).end(error.message),
    );
  });
  await new Promise<void>(resolve => door.listen(0, '127.0.0.1', resolve));
  const server = clickhouseServer({url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`});
  return clickhouseEngine({
    call: server.call,
    place,
    async close() {
      await server.close();
      await new Promise(resolve => door.close(resolve));
    },
  });
}

async function answered(embedded: Embedded, request: IncomingMessage): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const told = new URL(request.url!, 'http://door').searchParams;
  const bound = [...told].flatMap(([name, value]) =>
    name.startsWith('param_') ? [[name.slice('param_'.length), value] as const] : [],
  );
  const sql = Buffer.concat(pieces).toString('utf8');
  return (await embedded.QueryAsync(sql, 'TabSeparated', Object.fromEntries(bound))).bytes;
}
