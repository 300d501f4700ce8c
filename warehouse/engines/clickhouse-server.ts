/** A ClickHouse server, over the wire. */
import {randomUUID} from 'node:crypto';
import {ClickHouseLogLevel, createClient} from '@clickhouse/client';
import type {ClickhouseCall} from './clickhouse-engine.ts';

export interface ClickhouseServer {
  url: string;
  user?: string;
  password?: string;
  /** So long an answer may take. */
  timeoutMs?: number;
}

/** @returns how to call it, and how to let go of it */
export function clickhouseServer({url, user, password, timeoutMs = 600_000}: ClickhouseServer): {
  call: ClickhouseCall;
  close: () => Promise<void>;
} {
  const client = createClient({
    url,
    username: user,
    password,
    request_timeout: timeoutMs,
    // What goes wrong is told once, by who asked.
    log: {level: ClickHouseLogLevel.OFF},
  });
  return {
    async call({sql, values, signal}) {
      const id = `fishbone-${randomUUID()}`;
      // Letting go of the connection does not end a query: it is told to end.
      const kill = () => {
        client.command({query: `kill query where query_id = '${id}' async`}).catch(() => undefined);
      };
      signal?.addEventListener('abort', kill, {once: true});
      try {
        const answer = await client.exec({
          query: `${sql}\nformat JSONCompact`,
          query_params: values,
          query_id: id,
          abort_signal: signal,
          clickhouse_settings: {
            max_query_size: '10000000',
            wait_end_of_query: 1,
            // Where something between lets go of a connection that says nothing for a minute.
            send_progress_in_http_headers: 1,
            http_headers_progress_interval_ms: '20000',
          },
        });
        const pieces: Buffer[] = [];
        for await (const piece of answer.stream) pieces.push(piece as Buffer);
        return Buffer.concat(pieces).toString('utf8');
      } finally {
        signal?.removeEventListener('abort', kill);
      }
    },
    close: () => client.close(),
  };
}
