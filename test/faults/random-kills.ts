/** Kills a writing process again and again at random times, and counts what it had acknowledged and what is there afterwards. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as wait} from 'node:timers/promises';
import {Warehouse} from '../../warehouse/store.ts';

const ROWS_A_BATCH = 50;

export interface KillReport {
  kills: number;
  acknowledged: number;
  decided: number;
  lostBatches: number;
  partialBatches: number;
  duplicatedParts: number;
  lostDecisions: number;
  slowestRestartMs: number;
}

/**
 * @param random in [0, 1): decides when each kill comes
 * @param spreadMs kills come up to so long after the process has opened the warehouse
 */
export async function killAgainAndAgain(
  folder: string,
  kills: number,
  random: () => number,
  spreadMs = 400,
): Promise<KillReport> {
  const report: KillReport = {
    kills,
    acknowledged: 0,
    decided: 0,
    lostBatches: 0,
    partialBatches: 0,
    duplicatedParts: 0,
    lostDecisions: 0,
    slowestRestartMs: 0,
  };
  const acknowledged = new Map<number, number>();
  const decided = new Set<number>();
  const script = new URL('./ingest-until-killed.ts', import.meta.url).pathname;
  for (let k = 0; k < kills; k++) {
    // Every life writes numbers of its own, so that nothing is a duplicate of an earlier life's unacknowledged batch.
    const child = spawn(process.execPath, ['--import', 'tsx', script, folder, String(k * 1000), String(ROWS_A_BATCH)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes;
    });
    while (!said.includes('open\n') && child.exitCode === null) await wait(5);
    await wait(random() * spreadMs);
    child.kill('SIGKILL');
    await once(child, 'close');
    for (const [, n, batch] of said.matchAll(/^acknowledged (\d+) (\d+)$/gm))
      acknowledged.set(Number(n), Number(batch));
    for (const [, , seq] of said.matchAll(/^decided (\d+) (\d+)$/gm)) decided.add(Number(seq));
    const start = performance.now();
    const warehouse = await Warehouse.open(folder);
    report.slowestRestartMs = Math.max(report.slowestRestartMs, performance.now() - start);
    await warehouse.close();
  }
  const warehouse = await Warehouse.open(folder);
  await warehouse.read(undefined, async session => {
    const lots = await session.rows<{lot: string; parts: number}>(
      'select lot, count(*) as parts from parts group by lot',
    );
    const partsOf = new Map(lots.map(l => [l.lot, l.parts]));
    report.lostBatches = [...acknowledged.keys()].filter(n => !partsOf.has(`L${n}`)).length;
    report.partialBatches = lots.filter(l => l.parts !== ROWS_A_BATCH).length;
    const {twice} = await session.row<{twice: number}>(
      'select count(*) as twice from (select part from fact.parts group by part having count(*) > 1)',
    );
    report.duplicatedParts = twice;
  });
  const entries = new Set(warehouse.entries().map(e => e.seq));
  report.lostDecisions = [...decided].filter(seq => !entries.has(seq)).length;
  await warehouse.close();
  return {...report, acknowledged: acknowledged.size, decided: decided.size};
}
