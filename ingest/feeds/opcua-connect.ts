import './opcua-quiet.ts';
import {readFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {OPCUACertificateManager} from 'node-opcua-certificate-manager';
import {type ClientSession, MessageSecurityMode, OPCUAClient, SecurityPolicy, UserTokenType} from 'node-opcua-client';
import type {Surroundings} from './feed.ts';
import type {OpcuaServer} from './opcua-settings.ts';

export interface Connection {
  session: ClientSession;
  /** Rejects when the connection is lost; never resolves. */
  lost: Promise<never>;
  close(): Promise<void>;
}

const GOODBYE_MS = 3_000;

/** Connects once: what is lost is not mended behind the feed's back, as it must read the history of what it missed. */
export async function connectOpcua(
  {endpoint, securityMode, securityPolicy, user, passwordFile}: OpcuaServer,
  {memory, home, plant, name}: Pick<Surroundings, 'memory' | 'home' | 'plant' | 'name'>,
): Promise<Connection> {
  const password = passwordFile === undefined ? '' : (await readFile(resolve(home, passwordFile), 'utf8')).trimEnd();
  const isOpen = securityMode === 'None';
  const client = OPCUAClient.create({
    applicationName: 'Fishbone',
    applicationUri: `urn:fishbone:${encodeURIComponent(plant)}:${name}`,
    clientName: `Fishbone ${name}`,
    clientCertificateManager: new OPCUACertificateManager({
      rootFolder: join(memory, 'certificates'),
      disableFileWatchers: true,
    }),
    securityMode: MessageSecurityMode[securityMode],
    securityPolicy: isOpen ? SecurityPolicy.None : SecurityPolicy[securityPolicy],
    // Servers often name themselves otherwise than one reaches them.
    endpointMustExist: false,
    keepSessionAlive: true,
    requestedSessionTimeout: 60_000,
    connectionStrategy: {maxRetry: 0},
  });
  try {
    await client.connect(endpoint);
    const identity =
      user === undefined
        ? {type: UserTokenType.Anonymous as const}
        : {type: UserTokenType.UserName as const, userName: user, password};
    return connectionOf(client, await client.createSession(identity));
  } catch (error) {
    await client.disconnect().catch(() => undefined);
    throw error;
  }
}

function connectionOf(client: OPCUAClient, session: ClientSession): Connection {
  const lost = new Promise<never>((_resolve, reject) => {
    client.on('close', () => reject(new Error('the connection was lost')));
    session.on('session_closed', status => reject(new Error(`the session was closed (${status.name})`)));
  });
  lost.catch(() => undefined);
  return {
    session,
    lost,
    close: async () => {
      const goodbye = session
        .close(true)
        .catch(() => undefined)
        .then(() => client.disconnect())
        .catch(() => undefined);
      // A server that does not answer is left.
      await Promise.race([goodbye, wait(GOODBYE_MS)]);
    },
  };
}
