/** Raises `rejects.rate` where a source suddenly rejects, and ends it when that is over. */
import type {Verdict} from '../warehouse/reject-rates.ts';
import {raiseAlert} from './alerts.ts';
import type {App} from './app.ts';
import {counted, percent} from './command-line/print/layout.ts';

const NAME = 'rejects.rate';

/** To be called after something was recorded: looks at the batches that came since the last call. */
export async function watchRejects(app: App): Promise<void> {
  for (const verdict of app.rejectRates.follow(app.warehouse.entries())) await judge(app, verdict);
}

/**
 * Counts rows that were refused to their sender, so that no batch says anything of them; until the next start they count as
 * rejected rows of this source.
 */
export async function noteRefused(app: App, source: string, rows: number): Promise<void> {
  await judge(app, app.rejectRates.note(source, {rows, rejected: rows}, Date.now()));
}

async function judge(app: App, verdict: Verdict): Promise<void> {
  const {source, is, batch, rows, rejected, usual} = verdict;
  if (is === 'calm') {
    const newest = `${percent(rejected / rows)} of its newest ${counted(rows, 'row')} were rejected`;
    await app.alerts.over(NAME, source, `${newest}: no more than usual`);
  }
  if (is !== 'high') return;
  const figures = {
    rows,
    rejected,
    share: rows === 0 ? null : rejected / rows,
    usualRows: usual?.rows ?? null,
    usualRejected: usual?.rejected ?? null,
    usualShare: usual && usual.rows > 0 ? usual.rejected / usual.rows : null,
    chance: usual?.chance ?? null,
    designEffect: usual?.designEffect ?? null,
  } satisfies Record<string, number | null>;
  await raiseAlert(app, {name: NAME, source, text: textOf(verdict), figures, batch, permalink: '/data#quarantine'});
}

function textOf({rows, rejected, usual, refused}: Verdict): string {
  if (refused !== null) return `a whole file was refused, where files were taken in before: ${refused}`;
  const now = `${percent(rejected / rows)} of its newest rows were rejected, ${rejected} of ${rows}`;
  if (!usual || usual.rows === 0) return `${now}; nothing is known yet of what is usual, more than 5 % is told`;
  return `${now}; usually ${percent(usual.rejected / usual.rows)}, ${usual.rejected} of ${counted(usual.rows, 'row')}`;
}
