/** A table gets a column one day: what was archived before still counts, and is rebuilt, verified and restored. */
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {withAllColumns} from '../../warehouse/all-columns.ts';
import {columnsOf} from '../../warehouse/canonical.ts';
import {archivedContent} from '../../warehouse/content.ts';
import {quoteText} from '../../warehouse/duckdb.ts';
import {plantOf} from './plant-in-a-folder.ts';

test('rows of an older file are silent about later columns, and their content is the same', async () => {
  const warehouse = await plantOf([
    ['parts', 'part,product,lot\nA,HX,L1\nB,HX,L1'],
    ['operations', 'part,step,started_at,quantity_good\nA,bore,2026-01-05T06:00:00Z,3'],
  ]);
  await warehouse.read(undefined, async session => {
    for (const table of ['parts', 'operations']) {
      const held = warehouse.holdings.files().find(f => f.table === table)!;
      const older = join(warehouse.folder, `older-${table}.parquet`);
      const said = await session.row<Record<string, unknown>>(
        `select * from read_parquet(${quoteText(held.path)}) limit 1`,
      );
      const absent = columnsOf(table)
        .map(c => c.name)
        .filter(name => said[name] === null);
      expect(absent.length).toBeGreaterThan(0);
      await session.run(
        `copy (select * exclude (${absent.map(n => `"${n}"`).join(', ')}) from read_parquet(${quoteText(held.path)})) to ${quoteText(older)} (format parquet)`,
      );
      const [now, then] = [held, {...held, path: older}].map(one => archivedContent(session, one));
      expect(await then).toEqual(await now);
      const types = (path: string) =>
        session.rows(
          `select column_name, column_type from (describe select * from ${withAllColumns(table, `read_parquet(${quoteText(path)})`)}) order by 1`,
        );
      expect(await types(older)).toEqual(await types(held.path));
    }
  });
});
