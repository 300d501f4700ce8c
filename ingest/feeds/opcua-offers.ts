import './opcua-quiet.ts';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {OPCUACertificateManager} from 'node-opcua-certificate-manager';
import {MessageSecurityMode, OPCUAClient, SecurityPolicy, UserTokenType} from 'node-opcua-client';
import type {OpcuaServer} from './opcua-settings.ts';

/**
 * Asks a server what it offers, which anybody may without security, and whether what is configured is among it. Nothing of
 * ours is shown to the server, and nothing is kept of it.
 * @throws Error of the library, or one that names what is not offered as `sayable` knows it
 */
export async function askOffers(server: OpcuaServer, timeoutMs: number): Promise<void> {
  const {endpoint, securityMode, securityPolicy, user} = server;
  // The library makes a certificate before it connects, even where it shows none.
  const folder = await mkdtemp(join(tmpdir(), 'fishbone-opcua-'));
  const client = OPCUAClient.create({
    applicationName: 'Fishbone',
    clientCertificateManager: new OPCUACertificateManager({rootFolder: folder, disableFileWatchers: true}),
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
    endpointMustExist: false,
    connectionStrategy: {maxRetry: 0},
    transportTimeout: timeoutMs,
  });
  try {
    await client.connect(endpoint);
    const offers = await client.getEndpoints();
    const policy = SecurityPolicy[securityMode === 'None' ? 'None' : securityPolicy] as string;
    const fitting = offers.filter(offer => {
      return offer.securityMode === MessageSecurityMode[securityMode] && offer.securityPolicyUri === policy;
    });
    if (fitting.length === 0) throw new Error('Cannot find an endpoint with this security');
    const identity = user === undefined ? UserTokenType.Anonymous : UserTokenType.UserName;
    const takesThem = fitting.some(({userIdentityTokens}) => userIdentityTokens?.some(t => t.tokenType === identity));
    if (!takesThem) throw new Error('BadIdentityTokenInvalid');
  } finally {
    await client.disconnect().catch(() => undefined);
    await rm(folder, {recursive: true, force: true});
  }
}
