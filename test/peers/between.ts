// Stands between a driver and a real receiver, and does to a call what networks and servers do.
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

type Fault =
  | 'drop' // the receiver never hears of it
  | 'drop-after' // the receiver does it, and the answer is lost
  | 'silence-after' // the receiver does it, and no answer comes
  | {answer: string; status?: number}; // the receiver never hears of it, and this is answered

export interface Between {
  url: string;
  /** Asked for each call; null lets it through. */
  fault: (body: string) => Fault | null;
  /** Bodies of all calls. */
  calls: string[];
  stop(): void;
}

export async function standBetween(target: string): Promise<Between> {
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const between: Between = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: () => null,
    calls: [],
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return between;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    between.calls.push(body);
    const fault = between.fault(body);
    if (fault === 'drop') return void response.destroy();
    if (typeof fault === 'object' && fault) return void response.writeHead(fault.status ?? 200).end(fault.answer);
    const {authorization} = request.headers;
    const headers = {'content-type': 'application/json', ...(authorization !== undefined && {authorization})};
    const answer = await fetch(`${target}${request.url}`, {method: 'POST', headers, body});
    const text = await answer.text();
    if (fault === 'drop-after') return void response.destroy();
    if (fault === 'silence-after') return;
    response.writeHead(answer.status).end(text);
  }
}
