import {CANONICAL} from '../../warehouse/canonical.ts';
import type {Expression, TablePlan} from '../../warehouse/load-plan.ts';
import type {Mapping} from '../mapping.ts';

/** A mapping without what it took from columns that the file lacks; what no row can be without stays, and is refused later. */
export function withoutColumns(mapping: Mapping, missing: readonly string[]): Mapping {
  if (missing.length === 0) return mapping;
  const isGone = (column: string) => missing.includes(column);
  const kept = <T>(record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).filter(([column]) => !isGone(column)));
  const tables = Object.entries(mapping.tables).map(([name, list]) => {
    const required = new Set((CANONICAL[name]?.columns ?? []).filter(c => c.required).map(c => c.name));
    const fitted = list.map(table => ({
      ...table,
      columns: Object.fromEntries(
        Object.entries(table.columns).filter(([column, made]) => required.has(column) || !columnsIn(made).some(isGone)),
      ),
      parameters:
        table.parameters && table.parameters.rest !== true
          ? kept(table.parameters as Record<string, string>)
          : table.parameters,
      texts: table.texts && kept(table.texts),
    }));
    return [name, fitted] as const;
  });
  return {
    ...mapping,
    ignore: kept(mapping.ignore),
    foldCase: kept(mapping.foldCase),
    tables: Object.fromEntries(tables) as Mapping['tables'],
  };
}

/** Plans that were made with the accepted names, for a file that calls some of them otherwise. */
export function asCalled(table: TablePlan, calls: ReadonlyMap<string, string>): TablePlan {
  if (calls.size === 0) return table;
  const name = (column: string) => calls.get(column) ?? column;
  const within = (made: Expression): Expression => {
    if (made.from === 'join') return {...made, pieces: made.pieces.map(within)};
    if (made.from === 'occurrence') return {...made, of: made.of.map(name)};
    return 'column' in made ? {...made, column: name(made.column)} : made;
  };
  return {
    ...table,
    columns: Object.fromEntries(Object.entries(table.columns).map(([column, made]) => [column, within(made)])),
    ...(table.only && {only: table.only.map(one => ({...one, column: name(one.column)}))}),
    ...(table.present && {present: table.present.map(name)}),
    ...(table.parameters && {
      parameters: Object.fromEntries(
        Object.entries(table.parameters).map(([column, parameter]) => [name(column), parameter]),
      ),
    }),
  };
}

/**
 * Keeps out what some columns tell: the parameters of a wide file alone, of other tables the rows.
 * @param reasons column of the file -> why
 */
export function distrusting(table: TablePlan, reasons: ReadonlyMap<string, string>): TablePlan[] {
  const inRows = [
    ...new Set([...Object.values(table.columns).flatMap(columnsIn), ...(table.only ?? []).map(({column}) => column)]),
  ];
  const whole = inRows.filter(column => reasons.has(column)).map(field => ({field, reason: reasons.get(field)!}));
  const trusted = {...table, ...(whole.length > 0 && {distrust: [...(table.distrust ?? []), ...whole]})};
  if (!table.parameters) return [trusted];
  const entries = Object.entries(table.parameters);
  const rest = entries.filter(([column]) => !reasons.has(column));
  const kept = entries
    .filter(([column]) => reasons.has(column))
    .map(
      ([column, parameter]): TablePlan => ({
        ...trusted,
        parameters: {[column]: parameter},
        present: [...(table.present ?? []), column],
        distrust: [{field: column, reason: reasons.get(column)!}],
      }),
    );
  return [...(rest.length > 0 ? [{...trusted, parameters: Object.fromEntries(rest)}] : []), ...kept];
}

function columnsIn(made: Expression): string[] {
  if (made.from === 'join') return made.pieces.flatMap(columnsIn);
  if (made.from === 'occurrence') return made.of;
  return 'column' in made ? [made.column] : [];
}
