/** Where on the part defects fall: parts by the middle of their main defect's box, one map a view. */
import type {Bindings} from '../duckdb.ts';
import {MAIN_DEFECT} from '../filter.ts';
import type {DefectMapAnswer, DefectMapQuestion} from '../inspector-answers.ts';
import {createPopulation} from '../population.ts';
import type {Warehouse} from '../store.ts';
import {EXTENTS} from './cards.ts';

const COLUMNS = 12;
const ROWS_MAX = 80;

/**
 * Parts that failed at their first inspection, each by the defect of it that the inspector was surest of: as filters name it
 * with `defect.x`, `defect.y` and `defect.view`, so that a region of the map is a filter.
 * @throws what the filter throws
 */
export function defectMap(warehouse: Warehouse, question: DefectMapQuestion): Promise<DefectMapAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    await createPopulation(session, question);
    const {columns = COLUMNS, defect, station, inspector} = question;
    const conditions = ['p.failed'];
    const bindings: Bindings = {};
    for (const [column, value] of [
      ['m.defect', defect],
      ['p.inspection_station', station],
      ['p.inspector', inspector],
    ] as const) {
      if (value === undefined) continue;
      const name = `its_${column.slice(2)}`;
      conditions.push(`${column} = $${name}`);
      bindings[name] = value;
    }
    await session.run(
      `create or replace temp table placed_defects as
       select p.part, m.view, m.middle_x, m.middle_y
       from population_subjects p left join (${MAIN_DEFECT}) m on m.part = p.part where ${conditions.join(' and ')}`,
      bindings,
    );
    const {failing, placed} = await session.row<{failing: number; placed: number}>(
      'select count(*)::integer as failing, count(middle_x + middle_y)::integer as placed from placed_defects',
    );
    // Of all defects, whatever is asked: the grid of a view stays where it is.
    const views = await session.rows<{view: string | null; width: number; height: number; parts: number}>(
      `select d.view, f.width, f.height, count(*)::integer as parts
       from placed_defects d join (${EXTENTS}) f on f.view is not distinct from d.view
       where d.middle_x is not null and d.middle_y is not null group by d.view, f.width, f.height order by parts desc, d.view nulls first`,
    );
    const maps: DefectMapAnswer['maps'] = [];
    for (const {view, width, height, parts} of views) {
      // Cells begin at whole pixels, so that a region is the same parts as a filter and as a picture.
      const cell = width <= 1 && height <= 1 ? 1 / columns : Math.max(1, Math.ceil(width / columns));
      const rows = Math.max(1, Math.min(ROWS_MAX, Math.ceil(height / cell)));
      const cells = await session.rows<{column: number; row: number; parts: number}>(
        `select least(${columns - 1}, greatest(0, floor(middle_x / $cell)))::integer as "column",
           least(${rows - 1}, greatest(0, floor(middle_y / $cell)))::integer as "row", count(*)::integer as parts
         from placed_defects where view is not distinct from $view and middle_x is not null and middle_y is not null
         group by all order by "row", "column"`,
        {view, cell},
      );
      maps.push({view, width, height, cell, columns, rows, parts, cells});
    }
    return {asOf, failing, placed, maps};
  });
}
