/** Which defects pass: of the reviewed passes of an inspector, those on which reviewers named one. */
import type {Session} from '../duckdb.ts';
import type {AgreementAnswer} from '../msa-answers.ts';
import {query} from '../queries.ts';
import {clusteredShare} from '../statistics/clustered-share.ts';

interface Row extends Record<string, unknown> {
  inspector: string | null;
  cluster: number;
  /** '' where the row counts all reviewed passes. */
  defect: string;
  n: number;
  weight: number;
  squares: number;
}

/** From temporary table `reviewed_inspections` of whole inspections, not of their defects. */
export async function missedDefects(session: Session): Promise<AgreementAnswer['missed']> {
  const rows = await session.rows<Row>(query('missed-defects'));
  const inspectors = [...new Set(rows.map(({inspector}) => inspector))];
  return inspectors.flatMap(inspector => {
    const own = rows.filter(row => row.inspector === inspector);
    const all = own.filter(({defect}) => defect === '');
    const defects = [...new Set(own.map(({defect}) => defect))].filter(defect => defect !== '');
    return defects.map(defect => {
      const found = new Map(own.filter(row => row.defect === defect).map(row => [row.cluster, row]));
      const {value, low, high} = clusteredShare(
        all.map(({cluster, weight, squares}) => ({n: weight, squares, count: found.get(cluster)?.weight ?? 0})),
      )!;
      return {
        inspector: inspector ?? '(not named)',
        defect,
        reviewed: all.reduce((sum, {n}) => sum + n, 0),
        bad: [...found.values()].reduce((sum, {n}) => sum + n, 0),
        escape: {value, low, high},
      };
    });
  });
}
