/**
 * Every factor tested on what the engine counts and sums by lot: parts and defective parts by level, and of numbers the
 * centred sums of their ranks. The same tests as on parts one by one, so the same p.
 */
import type {ScreenQuestion} from '../answers.ts';
import {QuestionError} from '../question-error.ts';
import {type Levels, testLevels} from '../screening/category.ts';
import {defectiveByCell, held} from '../screening/cells.ts';
import {type Exposure, type LevelCounts, levelExposure} from '../screening/exposure.ts';
import {extractFrame} from '../screening/extract.ts';
import {type Ground, groundOf, keptRows} from '../screening/ground.ts';
import {LEVELS} from '../screening/missing.ts';
import {onePOf, testShapes} from '../screening/number.ts';
import {type Outcome, outcomeByLot} from '../screening/outcome.ts';
import type {Asking} from './company.ts';
import {type CompanyFactor, relationOf} from './factors.ts';
import {factorsOf} from './screened-factors.ts';
import {askedParts, type ScreenedParts} from './screened-parts.ts';

/** What tested factors came to, and which are to be judged one by one. */
export interface Leading {
  names: string[];
  /** The p of all others that could have been significant, and of their missing values. */
  others: number[];
  notTested: {factor: string; reason: string}[];
  notes: string[];
}

interface Told {
  name: string;
  p: number;
  attainable: number;
  candidates: number;
  /** Whether it is the test of its missing values. */
  isMissing: boolean;
  /** Of missing values: all factors that miss the same parts, as far as counts by lot can tell. */
  twins: string[];
}

/** @throws QuestionError for a numeric outcome, whose sums are not asked for */
export async function leading(
  asking: Asking,
  question: Omit<ScreenQuestion, 'asOf'>,
  how: {people: ScreenedParts; strata: readonly CompanyFactor[]; candidates: readonly CompanyFactor[]; most: number},
): Promise<Leading> {
  const {candidates, most} = how;
  if (question.measurement !== undefined)
    throw new QuestionError(
      `${candidates.length} factors are more than the ${most} whose parts are fetched, and sums by lot are asked of defects only`,
      {hint: 'ask at the plant, or for a defect'},
    );
  const tests = await sufficientTests(asking, question, how);
  const ranked = tests
    .filter(({isMissing, candidates: some}) => !isMissing && some > 0)
    .sort((a, b) => a.p - b.p || (a.name < b.name ? -1 : 1));
  const names = ranked.slice(0, most).map(({name}) => name);
  const rest = tests.filter(({name, twins}) => ![name, ...twins].some(one => names.includes(one)));
  const alpha = 0.05;
  const tested = new Set(ranked.map(({name}) => name));
  return {
    names,
    others: rest.filter(({candidates: some, attainable}) => some > 0 && attainable <= alpha).map(({p}) => p),
    notTested: candidates
      .filter(({name}) => !tested.has(name))
      .map(({name}) => ({factor: name, reason: 'no contrast within any stratum'})),
    notes: [
      `all ${candidates.length} factors were tested on sums by lot; the ${names.length} that lead are told and judged, and what cannot be told from a claim is sought among these`,
    ],
  };
}

/** The tests of all candidates and of their missing values, each set of missing parts once. */
export async function sufficientTests(
  asking: Asking,
  question: Omit<ScreenQuestion, 'asOf'>,
  {
    people,
    strata,
    candidates,
  }: {people: ScreenedParts; strata: readonly CompanyFactor[]; candidates: readonly CompanyFactor[]},
): Promise<Told[]> {
  const made = await factorsOf(asking, question, people, strata, new Map());
  const index = {name: '', parts: people.parts, factors: made, troubles: [], clusters: new Map()};
  const frame = extractFrame(
    index,
    people,
    people.lot,
    strata.map(({name}) => name),
    new Map(),
    [],
  );
  if (!people.outcome.some(y => y !== people.outcome[0])) return [];
  const ground = groundOf(frame, keptRows(frame), 0.05);
  const places = new Cellar(asking, question, people, ground, strata);
  const told: Told[] = [];
  const missing = new Map<string, Told>();
  for (const factor of candidates) {
    const counted = factor.kind === 'category' ? await places.category(factor) : await places.number(factor);
    told.push({name: factor.name, isMissing: false, twins: [], ...counted.test});
    const {parts, sums} = counted.known;
    const isSome = parts.some((n, k) => n > 0 && n <= ground.outcome.parts[k]);
    const lacks = parts.some((n, k) => n < ground.outcome.parts[k]);
    const which = `${parts.join()} ${sums.join()}`;
    if (!isSome || !lacks) continue;
    const before = missing.get(which);
    if (before !== undefined) before.twins.push(factor.name);
    else {
      const test = testOf(testLevels(ground, missingOf(ground, counted.known)));
      missing.set(which, {name: factor.name, isMissing: true, twins: [factor.name], ...test});
    }
  }
  return [...told, ...missing.values()];
}

const testOf = ({candidates, p, attainable}: {candidates: readonly unknown[]; p: number; attainable: number}) => ({
  candidates: candidates.length,
  p,
  attainable,
});

interface Known {
  parts: Float64Array;
  sums: Float64Array;
}

/** Missing and known as two levels. */
function missingOf({outcome}: Ground, known: Known): Levels {
  const places = Int32Array.from(outcome.parts.keys());
  const missing: LevelCounts = {
    places,
    parts: outcome.parts.map((n, k) => n - known.parts[k]),
    sums: outcome.parts.map((n, k) => Math.round(n * outcome.mean[k]) - known.sums[k]),
  };
  return {levels: LEVELS, outcome, counts: [missing, {places, ...known}], exposureAt: () => Number.NaN};
}

type Row = Record<string, number | string | null>;

/** The cells of a question (lots within strata) as the engine groups by them, and sums in the order of the cells. */
class Cellar {
  readonly #asking: Asking;
  readonly #question: Omit<ScreenQuestion, 'asOf'>;
  readonly #ground: Ground;
  readonly #strata: readonly CompanyFactor[];
  readonly #cellOf = new Map<string, number>();
  readonly #isByLot: boolean;

  constructor(
    asking: Asking,
    question: Omit<ScreenQuestion, 'asOf'>,
    people: ScreenedParts,
    ground: Ground,
    strata: readonly CompanyFactor[],
  ) {
    this.#asking = asking;
    this.#question = question;
    this.#ground = ground;
    this.#strata = strata;
    this.#isByLot = people.cluster === 'lot';
    const {factors} = ground.frame;
    people.keys.forEach(({plant, part, lot}, row) => {
      const levels = strata.map(({name}) => {
        const factor = factors.find(one => one.name === name)!;
        if (factor.kind !== 'category') return null;
        return factor.codes[row] < 0 ? null : factor.levels[factor.codes[row]];
      });
      this.#cellOf.set(
        keyOf(plant, this.#isByLot ? lot : null, this.#isByLot && lot !== null ? null : part, levels),
        ground.cells.cellOf[row],
      );
    });
  }

  /** SQL of one row per part asked about whose factor is known: c0, c1, ... name its cell; y its outcome; v its value. */
  async #rows(factor: CompanyFactor): Promise<{sql: string; cell: string}> {
    const asking = this.#asking;
    const asked = await askedParts(asking, this.#question);
    const joins: string[] = [];
    const sqlOf = (one: CompanyFactor, alias: string) => {
      if (one.column !== null) return `a.${one.column}`;
      joins.push(
        `left join ${relationOf(asking.within(this.#question), one)} ${alias} on ${alias}.plant = a.plant and ${alias}.part = a.part`,
      );
      return `${alias}.value`;
    };
    const several = asking.company.isSeveral;
    const levels = this.#strata.map((one, k) => {
      const sql = sqlOf(one, `s${k}`);
      return several && one.isOfPlant ? `(a.plant || '/' || ${sql})` : sql;
    });
    const lot = this.#isByLot ? 'a.lot' : asking.nothing('text');
    const alone = this.#isByLot ? 'case when a.lot is null then a.part end' : 'a.part';
    const named = ['a.plant', lot, alone, ...levels].map((sql, k) => `${sql} as c${k}`);
    const raw = sqlOf(factor, 'f');
    const value = several && factor.isOfPlant ? `(a.plant || '/' || ${raw})` : raw;
    const sql = `(select ${named.join(', ')}, a.outcome as y, ${value} as v from ${asked} a ${joins.join(' ')} where ${raw} is not null)`;
    return {sql, cell: named.map((_, k) => `c${k}`).join(', ')};
  }

  #cellOfRow(row: Row): number {
    const text = (name: string) => row[name] as string | null;
    const levels = this.#strata.map((_, k) => text(`c${k + 3}`));
    const cell = this.#cellOf.get(keyOf(text('c0')!, text('c1'), text('c2'), levels));
    if (cell === undefined)
      throw new Error(`the engine told of a lot that was not asked about: ${JSON.stringify(row)}`);
    return cell;
  }

  async category(factor: CompanyFactor): Promise<{test: ReturnType<typeof testOf>; known: Known}> {
    const {sql, cell} = await this.#rows(factor);
    const rows = await this.#asking.rows<Row & {level: string; n: number; defective: number}>(
      `select ${cell}, v as level, count(*) as n, sum(y) as defective from ${sql} r group by ${cell}, v`,
    );
    const {count} = this.#ground.cells;
    const known = {parts: new Float64Array(count), sums: new Float64Array(count)};
    const byLevel = new Map<string, {cell: number; n: number; defective: number}[]>();
    for (const row of rows) {
      const at = this.#cellOfRow(row);
      known.parts[at] += row.n;
      known.sums[at] += row.defective;
      byLevel.set(row.level, [...(byLevel.get(row.level) ?? []), {cell: at, n: row.n, defective: row.defective}]);
    }
    const outcome = this.#outcomeOf(known);
    const placeOf = new Int32Array(count).fill(-1);
    outcome.cells.forEach((at, place) => {
      placeOf[at] = place;
    });
    const levels = [...byLevel.keys()].sort((a, b) => (a < b ? -1 : 1));
    const counts = levels.map(level => {
      const some = byLevel.get(level)!.sort((a, b) => a.cell - b.cell);
      return {
        places: Int32Array.from(some, one => placeOf[one.cell]),
        parts: Float64Array.from(some, one => one.n),
        sums: Float64Array.from(some, one => one.defective),
      };
    });
    return {test: testOf(testLevels(this.#ground, {levels, outcome, counts, exposureAt: () => Number.NaN})), known};
  }

  async number(factor: CompanyFactor): Promise<{test: ReturnType<typeof testOf>; known: Known}> {
    const {sql, cell} = await this.#rows(factor);
    // Twice the midrank is a whole number; taken about the middle, so that what is squared stays small.
    const ranked = `(select v, 2 * sum(n) over (order by v rows between unbounded preceding and current row) - n - sum(n) over () as d,
        sum(n) over () as known, count(*) over () as kinds
      from (select v, count(*) as n from ${sql} r group by v) c)`;
    const placed = `(select ${cell}, y, k.d as d, abs(k.d) as a, k.known as known, k.kinds as kinds
      from ${sql} r join ${ranked} k on k.v = r.v)`;
    const about = `(select ${cell}, y, known, kinds, d, a, avg(d * 1.0e0) over (partition by ${cell}) as dm, avg(a * 1.0e0) over (partition by ${cell}) as am
      from ${placed} p)`;
    const sums = (['d', 'a'] as const).flatMap(x => {
      const away = `(${x} - ${x}m)`;
      return [
        `min(${x}m) as ${x}1`,
        `sum(${away} * ${away}) as ${x}2`,
        `sum(${away} * ${away} * ${away}) as ${x}3`,
        `sum(case when y = 1 then ${away} else 0.0e0 end) as ${x}y`,
      ];
    });
    const inTail = (condition: string) =>
      [condition, `${condition} and y = 1`].map(c => `sum(case when ${c} then 1 else 0 end)`);
    const [low, lowDefective] = inTail('5 * (d + known) < known');
    const [high, highDefective] = inTail('5 * (d + known) > 9 * known');
    const rows = await this.#asking.rows<Row & Record<string, number>>(
      `select ${cell}, min(known) as known, min(kinds) as kinds, count(*) as n, sum(y) as defective, ${sums.join(', ')}, ${low} as low, ${lowDefective} as lowy,
         ${high} as high, ${highDefective} as highy from ${about} t group by ${cell}`,
    );
    const {known, kinds} = rows[0] ?? {known: 0, kinds: 0};
    const ordered = rows.map(row => ({row, cell: this.#cellOfRow(row)})).sort((a, b) => a.cell - b.cell);
    const {count} = this.#ground.cells;
    const margins = {parts: new Float64Array(count), sums: new Float64Array(count)};
    for (const {row, cell: at} of ordered) {
      margins.parts[at] = row.n;
      margins.sums[at] = row.defective;
    }
    const outcome = this.#outcomeOf(margins);
    const column = (name: string) => Float64Array.from(ordered, ({row}) => row[name]);
    const scale = 2 * known;
    const score = (x: 'd' | 'a', shift: number): Exposure => {
      const [mean, squares, cubes, cross] = ['1', '2', '3', 'y'].map(what => column(`${x}${what}`));
      const exposure = {
        mean: mean.map(m => (m + shift) / scale),
        within: {
          squares: squares.map(s => s / scale ** 2),
          cubes: cubes.map(s => s / scale ** 3),
          cross: cross.map(s => s / scale),
        },
      };
      return exposure.within.squares.some(s => s > 1e-12) ? exposure : {...exposure, within: null};
    };
    const tail = (name: 'low' | 'high') =>
      levelExposure({places: Int32Array.from(ordered.keys()), parts: column(name), sums: column(`${name}y`)}, outcome);
    const exposures = {
      location: () => score('d', known),
      spread: () => score('a', 0),
      low: () => tail('low'),
      high: () => tail('high'),
    };
    const candidates = testShapes(outcome, kinds, this.#ground.frame.lotsOrdered, shape => exposures[shape]());
    return {test: testOf({candidates, ...onePOf(candidates)}), known: margins};
  }

  /** The outcome over the parts whose factor is known; where that is every part, that of the question. */
  #outcomeOf({parts, sums}: Known): Outcome {
    const {outcome, cells} = this.#ground;
    if (parts.every((n, k) => n === outcome.parts[k])) return outcome;
    const some = held(defectiveByCell(parts, sums));
    return outcomeByLot(
      some,
      some.cells.map(k => cells.stratumOf[k]),
      cells.strata,
    );
  }
}

const keyOf = (plant: string, lot: string | null, part: string | null, levels: readonly (string | null)[]): string =>
  JSON.stringify([plant, lot, part, ...levels]);
