/**
 * Writes the OpenAPI document that is kept beside this file: npm run openapi. A change that takes something away from those
 * who rely on it is written only when that is meant: npm run openapi -- --breaking
 */
import {readFile, writeFile} from 'node:fs/promises';
import {breakingChanges} from './breaking.ts';
import {describeApi, KEPT} from './describe.ts';

const after = await describeApi();
const before = JSON.parse(await readFile(KEPT, 'utf8').catch(() => '{}')) as Record<string, unknown>;
const breaks = breakingChanges(before, after);
for (const sentence of breaks) console.error(sentence);
if (breaks.length > 0 && !process.argv.includes('--breaking')) {
  console.error(
    'these break what others rely on: change it back, or write it with -- --breaking and say why in the commit',
  );
  process.exitCode = 1;
} else await writeFile(KEPT, `${JSON.stringify(after, null, 1)}\n`);
