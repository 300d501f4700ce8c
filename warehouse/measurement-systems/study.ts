/** What a gage study is made of: values by part, appraiser and trial, in equal numbers. */
import {QuestionError} from '../question-error.ts';

/** One value; those of a part and an appraiser come in order of their runs. */
export interface Measurement {
  part: string;
  appraiser: string;
  value: number;
}

export interface Study {
  design: 'crossed' | 'nested';
  /** Crossed: by part, appraiser and trial. Nested: by appraiser, part and trial. */
  values: number[][][];
  /** In a nested study those of each appraiser. */
  parts: number;
  appraisers: string[];
  trials: number;
}

export interface NamedStudy extends Study {
  /** Of the parts, by appraiser: in a crossed study the same for each. */
  names: string[][];
}

const SHOWN = 10;
const SUBSET =
  'ask for the balanced subset (--balanced-subset), or narrow the scope to the parts of the study (--where)';

/** @throws QuestionError for what is no study, or an unbalanced one, with the cells that lack values */
export function arrange(measurements: readonly Measurement[]): NamedStudy {
  const cells = cellsOf(measurements);
  const appraisers = [...cells.keys()].sort();
  if (appraisers.length < 2)
    throw new QuestionError(`all values are by one appraiser (${appraisers[0]}): reproducibility cannot be told`, {
      hint: 'a study needs two appraisers or more; where gages are compared, say --appraiser station or tool',
    });
  const parts = [...new Set(measurements.map(({part}) => part))].sort(byNumber);
  const trials = usualTrials(cells);
  if (trials < 2)
    throw new QuestionError('no appraiser measured any part twice: repeatability cannot be told from anything else', {
      hint: 'each appraiser has to measure each part at least twice, each time as a run of its own',
    });
  const measuredBy = parts.map(part => appraisers.filter(appraiser => cells.get(appraiser)!.has(part)).length);
  return measuredBy.every(count => count === 1)
    ? nested(cells, appraisers, trials)
    : crossed(cells, appraisers, parts, trials);
}

type Cells = Map<string, Map<string, number[]>>;

/** Values by appraiser and part. */
function cellsOf(measurements: readonly Measurement[]): Cells {
  const cells: Cells = new Map();
  for (const {part, appraiser, value} of measurements) {
    const own = cells.get(appraiser) ?? new Map<string, number[]>();
    cells.set(appraiser, own);
    own.set(part, [...(own.get(part) ?? []), value]);
  }
  return cells;
}

/** How often a part was measured by an appraiser in most cells; those measured once are no repetition unless all are. */
function usualTrials(cells: Cells): number {
  const times = new Map<number, number>();
  for (const own of cells.values())
    for (const {length} of own.values()) if (length > 1) times.set(length, (times.get(length) ?? 0) + 1);
  return [...times].sort(([a, n], [b, m]) => m - n || b - a)[0]?.[0] ?? 1;
}

function crossed(cells: Cells, appraisers: string[], parts: string[], trials: number): NamedStudy {
  const counted = parts.flatMap(part =>
    appraisers.map(appraiser => ({part, appraiser, count: cells.get(appraiser)!.get(part)?.length ?? 0})),
  );
  refuseUneven(
    counted.filter(({count}) => count !== trials),
    `${parts.length} parts, ${appraisers.length} appraisers, ${trials} trials`,
  );
  if (parts.length < 2) throw new QuestionError('all values are of one part: parts have to differ for a study');
  const values = parts.map(part => appraisers.map(appraiser => cells.get(appraiser)!.get(part)!));
  return {
    design: 'crossed',
    values,
    parts: parts.length,
    appraisers,
    trials,
    names: appraisers.map(() => parts),
  };
}

function nested(cells: Cells, appraisers: string[], trials: number): NamedStudy {
  const own = appraisers.map(appraiser => [...cells.get(appraiser)!].sort(([a], [b]) => byNumber(a, b)));
  refuseUneven(
    own.flatMap((parts, a) =>
      parts
        .map(([part, {length: count}]) => ({part, appraiser: appraisers[a], count}))
        .filter(({count}) => count !== trials),
    ),
    `each part measured by one appraiser, ${trials} trials`,
  );
  const numbers = own.map(parts => parts.length);
  if (Math.min(...numbers) !== Math.max(...numbers))
    throw new QuestionError(
      `the nested study is unbalanced: ${appraisers.map((name, a) => `${name} measured ${numbers[a]} parts`).join(', ')}`,
      {hint: 'narrow the scope to as many parts of each appraiser (--where)'},
    );
  if (numbers[0] < 2)
    throw new QuestionError(
      'each appraiser measured one part only, another each: parts and appraisers cannot be told apart',
    );
  const values = own.map(parts => parts.map(([, cell]) => cell));
  const names = own.map(parts => parts.map(([part]) => part));
  return {design: 'nested', values, parts: numbers[0], appraisers, trials, names};
}

function refuseUneven(uneven: {part: string; appraiser: string; count: number}[], plan: string): void {
  if (uneven.length === 0) return;
  const named = uneven.slice(0, SHOWN).map(({part, appraiser, count}) => `${part} by ${appraiser} has ${count}`);
  const more = uneven.length > SHOWN ? ` and ${uneven.length - SHOWN} more` : '';
  throw new QuestionError(`the study is unbalanced (${plan}): ${named.join(', ')}${more}`, {hint: SUBSET});
}

/**
 * The largest complete part of an unbalanced crossed study: appraisers by how much they measured, the parts that all of these
 * measured often enough, and the first so many values of each.
 * @returns all of them where each part was measured by one appraiser only: a nested study has no such part of its own
 * @throws QuestionError where no two appraisers measured two parts twice
 */
export function completeSubset(measurements: readonly Measurement[]): Measurement[] {
  const cells = cellsOf(measurements);
  const trials = usualTrials(cells);
  const owners = new Map(measurements.map(({part, appraiser}) => [part, appraiser]));
  if (measurements.every(({part, appraiser}) => owners.get(part) === appraiser)) return [...measurements];
  const ranked = [...cells]
    .map(([appraiser, own]) => ({
      appraiser,
      parts: new Set([...own].filter(([, values]) => values.length >= trials).map(([part]) => part)),
    }))
    .sort((a, b) => b.parts.size - a.parts.size || (a.appraiser < b.appraiser ? -1 : 1));
  let best: {appraisers: string[]; parts: Set<string>} | null = null;
  for (let k = 2; k <= ranked.length; k++) {
    const parts = new Set([...ranked[0].parts].filter(part => ranked.slice(0, k).every(own => own.parts.has(part))));
    if (parts.size >= 2 && k * parts.size >= (best ? best.appraisers.length * best.parts.size : 0))
      best = {appraisers: ranked.slice(0, k).map(({appraiser}) => appraiser), parts};
  }
  if (trials < 2 || best === null)
    throw new QuestionError('there is no balanced subset: no two appraisers measured the same two parts twice each');
  const {appraisers, parts} = best;
  return appraisers.flatMap(appraiser =>
    [...parts].flatMap(part =>
      cells
        .get(appraiser)!
        .get(part)!
        .slice(0, trials)
        .map(value => ({part, appraiser, value})),
    ),
  );
}

const byNumber = (a: string, b: string) => a.localeCompare(b, 'en', {numeric: true});
