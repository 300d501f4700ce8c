import {resolve} from 'node:path';
import {type Command, Option} from 'commander';
import {checkBackup} from '../../warehouse/backup-folder.ts';
import {verifyPublished} from '../../warehouse/publish/verify-published.ts';
import {restore} from '../../warehouse/restore.ts';
import {rebuild} from '../../warehouse/verify.ts';
import {Role} from '../access/roles.ts';
import {hasWarehouse} from '../app.ts';
import {verifyAll} from '../audit/verify-audit.ts';
import {warehouseFolder} from '../config.ts';
import {examine} from '../doctor.ts';
import {FishboneError} from '../errors.ts';
import type {InputOf} from '../operations.ts';
import {findServer} from '../running-server.ts';
import {
  backupCheckText,
  backupText,
  checksText,
  compactText,
  restoredText,
  retentionText,
  verifyText,
} from './print/care.ts';
import {publishedCheckText} from './print/publish.ts';
import {keysText, keyText} from './print/records.ts';
import {type Common, nameList, positiveNumber, type Terminal, withCommon} from './terminal.ts';

export function careCommands(program: Command, terminal: Terminal): void {
  const key = program.command('key').description('API keys');
  withCommon(key.command('create'))
    .description('makes a key and shows it once')
    .addOption(new Option('--role <role>', 'what it may do').choices(Role.options).makeOptionMandatory())
    .requiredOption('--name <name>', 'whom its decisions are recorded under')
    .option('--expires <time>', 'when it ends by itself')
    .option('--station <id>', 'the only one that it may record inspections and images of (role ingest)')
    .option(
      '--tables <names>',
      'the only ones that it may read (role viewer) or add to (role ingest): parts,lots',
      nameList,
    )
    .action(({warehouse, json, ...wish}: Common & InputOf<'key.create'>) =>
      terminal.tell({warehouse, json}, 'key.create', wish, (made, clock) => keyText(made, clock)),
    );
  withCommon(key.command('rotate'))
    .argument('<name>', 'or id')
    .description('makes a new key of the same name, role, station and tables; the old one goes on for a while')
    .option('--keep-hours <n>', 'how long the old one goes on', positiveNumber, 24)
    .option('--expires <time>', 'when the new one ends by itself')
    .action((name: string, {warehouse, json, ...wish}: Common & {keepHours: number; expires?: string}) =>
      terminal.tell(
        {warehouse, json},
        'key.rotate',
        {name, ...wish},
        (made, clock) => `${keyText(made, clock)}  The old one goes on until ${clock(made.oldUntil)}.\n`,
      ),
    );
  withCommon(key.command('list'))
    .description('all keys, without the keys')
    .action((options: Common) => terminal.tell(options, 'key.list', {}, keysText));
  withCommon(key.command('revoke'))
    .argument('<id>', 'id, or a name: all keys of it')
    .description('ends a key')
    .action((id: string, options: Common) =>
      terminal.tell(
        options,
        'key.revoke',
        {id},
        ({name, ids}) => `${name} (${ids.join(', ')}) ${ids.length === 1 ? 'is' : 'are'} revoked.\n`,
      ),
    );

  withCommon(program.command('verify'))
    .description('checks that nothing acknowledged is missing or altered')
    .option('--published <folder>', 'checks what was published there instead')
    .action(async ({warehouse, json, published}: Common & {published?: string}) => {
      if (published !== undefined) {
        const answer = await verifyPublished(resolve(published));
        terminal.print(json, answer, publishedCheckText);
        if (!answer.ok) terminal.exitCode = 4;
        return;
      }
      const answer = await verifyAll(await idle(warehouse));
      terminal.print(json, answer, verifyText);
      if (!answer.ok) terminal.exitCode = 4;
    });
  withCommon(program.command('rebuild'))
    .description('makes the database anew from ledger and archive')
    .action(async ({warehouse, json}: Common) => {
      terminal.print(
        json,
        await rebuild(await idle(warehouse)),
        ({entries, batches}) => `Rebuilt: ${batches} batches out of ${entries} ledger entries.\n`,
      );
    });
  withCommon(program.command('backup'))
    .argument('<folder>', 'of the backup, on the machine that the warehouse is on; outside the warehouse')
    .description('makes a backup or brings it up to date, while batches come in')
    .option('--check', 'reads a backup to the last byte instead, and says whether it is whole')
    .action(async (folder: string, {check, ...common}: Common & {check?: boolean}) => {
      if (!check) return terminal.tell(common, 'backup', {folder: resolve(folder)}, backupText);
      const {manifest, problems} = await checkBackup(resolve(folder));
      const {seq, position, madeAt, files} = manifest;
      const answer = {ok: problems.length === 0, problems, position, seq, madeAt, files: files.length};
      const clock = await terminal.clock(common.warehouse);
      terminal.print(common.json, answer, made => backupCheckText(made, clock));
      if (!answer.ok) terminal.exitCode = 4;
    });
  withCommon(program.command('compact'))
    .description('packs raw bytes and merges the files of small batches; a server does it by itself')
    .action((options: Common) => terminal.tell(options, 'compact', {}, compactText));
  withCommon(program.command('retention'))
    .description('applies the rules of fishbone.json for how long what is kept; a server does it daily')
    .option('--dry-run', 'says what would go, changes nothing')
    .action(({warehouse, json, dryRun}: Common & {dryRun?: boolean}) =>
      terminal.tell({warehouse, json}, 'retention', {dryRun}, retentionText),
    );
  withCommon(program.command('restore'))
    .argument('<folder>', 'of a backup')
    .description('makes a warehouse again from a backup; the folder of the warehouse has to be empty or absent')
    .action(async (folder: string, {warehouse, json}: Common) => {
      const answer = await restore(resolve(folder), warehouseFolder(warehouse));
      const clock = await terminal.clock(warehouse);
      terminal.print(json, answer, restored => restoredText(restored, clock));
      if (!answer.verification.ok) terminal.exitCode = 4;
    });
  withCommon(program.command('doctor'))
    .description('looks at the machine and the set-up')
    .action(async ({warehouse, json}: Common) => {
      const answer = await examine(warehouseFolder(warehouse));
      const clock = await terminal.clock(warehouse);
      terminal.print(json, answer, ({checks}) => checksText(checks, clock));
      if (!answer.ok) terminal.exitCode = 1;
    });
}

/** The folder of a warehouse that no server works on: these commands look at its files themselves. */
async function idle(flag?: string): Promise<string> {
  const folder = warehouseFolder(flag);
  if (!hasWarehouse(folder)) {
    throw new FishboneError('WAREHOUSE_ABSENT', `there is no warehouse in ${folder}`, {
      hint: 'name another folder with --warehouse',
    });
  }
  const server = await findServer(folder);
  if (!server) return folder;
  throw new FishboneError('WAREHOUSE_BUSY', `the server at ${server.address} works on this warehouse`, {
    hint: 'stop it first, then ask again',
  });
}
