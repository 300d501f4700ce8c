// A way to a real server on which things go wrong, one after the other, before what was asked gets through.
import {createServer, type IncomingMessage, request, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export type Fault =
  | {status: 429 | 503; retryAfter?: string} // what a server says that has too much to do
  | 'drops' // the connection ends without a word
  | 'cuts' // the answer ends in its middle
  | {elsewhere: string}; // a redirect to another host

export interface Way {
  address: string;
  /** What was asked, in milliseconds since the way was there. */
  askedAtMs: number[];
  close(): Promise<void>;
}

export async function faultyWay(to: string, faults: readonly Fault[]): Promise<Way> {
  const left = [...faults];
  const askedAtMs: number[] = [];
  const since = performance.now();
  const server = createServer((asked, answer) => {
    askedAtMs.push(performance.now() - since);
    const fault = left.shift();
    if (fault === 'drops') asked.socket.destroy();
    else if (fault === 'cuts' || fault === undefined) pass(to, asked, answer, fault === 'cuts');
    else if ('elsewhere' in fault) answer.writeHead(302, {location: fault.elsewhere}).end();
    else answer.writeHead(fault.status, fault.retryAfter ? {'retry-after': fault.retryAfter} : {}).end('busy');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    askedAtMs,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pass(to: string, asked: IncomingMessage, answer: ServerResponse, cuts: boolean): void {
  const headers = {...asked.headers, host: new URL(to).host};
  const onward = request(`${to}${asked.url}`, {method: asked.method, headers}, reply => {
    answer.writeHead(reply.statusCode!, reply.headers);
    if (!cuts) {
      reply.pipe(answer);
      return;
    }
    reply.once('data', (piece: Buffer) => {
      answer.write(piece.subarray(0, 600), () => answer.destroy());
      reply.destroy();
    });
  });
  asked.pipe(onward);
}
