/** What a reviewer says the defect truly is counts: beside the inspector's own words, which stay as they came. */
import {columnsOf} from './canonical.ts';
import {quoteName} from './duckdb.ts';

/**
 * Grain: one row per inspection whose true defect most of those who agree with its fail name. Who agrees and names none says that the
 * inspector's own is right. Where as many name one as another nobody knows, and the inspector's stands.
 */
const NAMED = `select inspection, defect, batch, ordinal from (
    select inspection, coalesce(defect, '') as defect, count(*) as n, max(batch) as batch, max(ordinal) as ordinal,
      max(count(*)) over (partition by inspection) as most
    from now.reviews where verdict = 'agree' group by inspection, coalesce(defect, '')
  ) where n = most qualify count(*) over (partition by inspection) = 1 and defect <> ''`;

/**
 * SQL of `now.defects`: what was found (`now.found_defects`), and where reviewers name a true defect that one alone: with the place
 * that the inspector found it at, if it found it; else without place, severity and confidence, which nobody said.
 */
export function trueDefects(): string {
  const columns = [...columnsOf('defects').map(({name}) => name), 'batch', 'ordinal'].map(quoteName);
  return `select ${columns.map(column => `f.${column}`).join(', ')} from now.found_defects f
anti join (${NAMED}) c on c.inspection = f.inspection and c.defect <> f.defect
union all by name
select c.inspection, c.defect, c.batch, c.ordinal from (${NAMED}) c
anti join now.found_defects f on f.inspection = c.inspection and f.defect = c.defect`;
}
