// A real mail server for the tests: npm's smtp-server, with faults.
import type {AddressInfo} from 'node:net';
import {SMTPServer} from 'smtp-server';
import {onTestFinished} from 'vitest';
import {selfSigned} from '../certificate.ts';

/** What becomes of the n-th mail, counted from 1. */
export type MailFault =
  | 'drop-after-data' // taken, and the connection ends before the answer
  | 'later' // 451
  | 'refuse' // 550 for the mail itself
  | 'hang'; // taken, and never answered

export interface Mail {
  from: string;
  to: string[];
  text: string;
  secure: boolean;
  user: string | null;
}

export interface MailServer {
  port: number;
  mails: Mail[];
  /** The server's own certificate, as PEM. */
  caFile: string;
  header(name: string): string[];
}

export async function mailServer({
  faults = () => null,
  refused = [],
  users,
  startTls = true,
  host = '127.0.0.1',
}: {
  faults?: (n: number) => MailFault | null;
  /** Who is not known there. */
  refused?: string[];
  users?: Record<string, string>;
  startTls?: boolean;
  host?: string;
} = {}): Promise<MailServer> {
  const {key, cert, file: caFile} = await selfSigned();
  const mails: Mail[] = [];
  let n = 0;
  const server = new SMTPServer({
    key,
    cert,
    logger: false,
    authOptional: users === undefined,
    hideSTARTTLS: !startTls,
    disabledCommands: startTls ? [] : ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({username, password}, _session, done) =>
      users?.[username ?? ''] === password ? done(null, {user: username}) : done(new Error('wrong user or password')),
    onRcptTo: ({address}, _session, done) =>
      refused.includes(address) ? done(Object.assign(new Error('no such person'), {responseCode: 550})) : done(),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const fault = faults(++n);
        if (fault === 'later') return done(Object.assign(new Error('come back later'), {responseCode: 451}));
        if (fault === 'refuse') return done(Object.assign(new Error('not wanted here'), {responseCode: 550}));
        mails.push({
          from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
          to: session.envelope.rcptTo.map(({address}) => address),
          text: Buffer.concat(chunks).toString('utf8'),
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        });
        if (fault === 'hang') return;
        if (fault === 'drop-after-data') for (const connection of server.connections) connection._socket.destroy();
        else done();
      });
    },
  });
  server.on('error', () => undefined); // A client that leaves is what is tested.
  await new Promise<void>(resolve => server.listen(0, host, () => resolve()));
  onTestFinished(() => new Promise<void>(resolve => server.close(() => resolve())));
  const header = (name: string) =>
    mails.flatMap(({text}) => new RegExp(`^${name}: (.*)$`, 'im').exec(text)?.[1].trim() ?? []);
  return {port: (server.server.address() as AddressInfo).port, mails, caFile, header};
}
