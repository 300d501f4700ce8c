// A certificate that nobody vouches for, for servers of the tests on this machine.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {OPCUACertificateManager} from 'node-opcua-certificate-manager';
import {temporaryFolder} from './plant.ts';

/** @returns its key and itself as PEM, and the file that it is in */
export async function selfSigned(): Promise<{key: string; cert: string; file: string}> {
  const folder = temporaryFolder();
  const pki = new OPCUACertificateManager({rootFolder: folder, disableFileWatchers: true});
  await pki.initialize();
  const file = join(folder, 'server.pem');
  await pki.createSelfSignedCertificate({
    outputFile: file,
    subject: '/CN=localhost',
    applicationUri: 'urn:server',
    dns: ['localhost'],
    startDate: new Date(Date.now() - 86_400_000),
    validity: 30,
  });
  const key = readFileSync(pki.privateKey, 'utf8');
  await pki.dispose();
  return {key, cert: readFileSync(file, 'utf8'), file};
}
