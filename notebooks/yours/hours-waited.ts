/**
 * An example of a derived variable: how many hours a part waited between its steps, all of them together. A queue before
 * one step is a factor already; a part that waited a little everywhere shows in none of them.
 */
import type {DerivedVariable, HistoryRow} from '../../warehouse/variables/variable.ts';

const HOUR_MS = 3_600_000;

export default {
  kind: 'number',
  branch: 'method',
  unit: 'h',
  // By its first run through each step, in the order of time.
  sql: `select part, started_at, ended_at from operations
    where part is not null and run = 1 and started_at is not null and ended_at is not null
    order by part, started_at`,
  fromRows,
} satisfies DerivedVariable;

function fromRows(rows: readonly HistoryRow[]): number | null {
  if (rows.length < 2) return null;
  const time = (value: HistoryRow[string]) => Date.parse(String(value));
  const waits = rows.slice(1).map((row, k) => time(row.started_at) - time(rows[k].ended_at));
  return waits.reduce((sum, wait) => sum + Math.max(0, wait), 0) / HOUR_MS;
}
