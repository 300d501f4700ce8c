/**
 * `npm run notebooks [-- WAREHOUSE]`: builds the notebooks and says where the running warehouse serves them.
 * `npm run notebooks:build`: builds them only, and says into which folder.
 */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {buildNotebooks} from './build.ts';

const [only] = process.argv.slice(2);
const isBuildOnly = only === '--build';
const warehouse = (isBuildOnly ? undefined : only) ?? process.env.FISHBONE_WAREHOUSE ?? 'warehouse-data';

try {
  const built = await buildNotebooks();
  const address = isBuildOnly ? null : await runningServer(warehouse);
  if (isBuildOnly) {
    process.stdout.write(`${built}\n`);
  } else if (address === null) {
    process.stderr.write(`The notebooks are built. They read a running warehouse, and none runs in ${warehouse}:\n`);
    process.stderr.write(`  npx fishbone serve --warehouse ${warehouse}    or, with a made-up plant:  npm run demo\n`);
    process.exitCode = 1;
  } else {
    process.stdout.write(`${address}/notebooks/\n`);
  }
} catch (error) {
  const {message, cause} = error as Error;
  process.stderr.write(`${message}: ${cause instanceof Error ? cause.message : 'no cause is known'}\n`);
  process.exitCode = 1;
}

/** Where the server of a warehouse folder answers; null if none does. */
async function runningServer(folder: string): Promise<string | null> {
  const announcement = join(folder, 'server.json');
  if (!existsSync(announcement)) return null;
  const {address} = JSON.parse(readFileSync(announcement, 'utf8')) as {address: string};
  const answers = await fetch(`${address}/livez`).then(
    ({ok}) => ok,
    () => false,
  );
  return answers ? address : null;
}
