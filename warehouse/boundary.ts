/**
 * Where to draw the line around what a finding or a filter exposes. Parts stand in the order in which they were processed;
 * the affected ones among them make a window on each line, and good parts before and after it say whether it is closed.
 */
import {type Boundary, BoundaryName} from './boundary-answers.ts';
import {counted} from './counted.ts';
import {quoteName, type Session} from './duckdb.ts';
import {FOUND} from './filter.ts';
import {factorsOf, parseFilter} from './filter-grammar.ts';
import {prepareHistory} from './history.ts';
import {clusterRatio} from './statistics/cluster-ratio.ts';
import {clusteredShareInterval} from './statistics/effective-size.ts';

/** More lines than these are counted, not named. */
const LINES_NAMED = 20;

/** What the parts of a step pass through one after the other, by the factor that was asked for; the station otherwise. */
const LINES: Record<string, string> = {
  station: 'station',
  tool: 'tool',
  cavity: 'cavity',
  operator: 'operator',
  program: 'program',
};

export interface BoundaryQuestion {
  /** Filter whose first factor with a step says where the parts are put in order; null: when they were made. */
  expression: string | null;
  /** What makes a part bad: this defect, or group of defects; any failed first inspection when null. */
  defect: string | null;
}

/**
 * Over temporary tables `exposed` (part) and `in_scope` (part). Leaves a temporary table `boundary_parts` (name, part).
 * @returns null where nothing is exposed
 */
export async function boundaryOf(session: Session, {expression, defect}: BoundaryQuestion): Promise<Boundary | null> {
  const {exposed} = await session.row<{exposed: number}>('select count(*) as exposed from exposed');
  if (exposed === 0) return null;
  const order = await createLine(session, expression);
  const bad =
    defect === null
      ? 'select part from subjects where failed'
      : `select distinct part from (${FOUND}) where value = $defect`;
  await session.run(
    `create or replace temp table verdicts as select s.part, s.failed is false as good, b.part is not null as bad
     from subjects s left join (${bad}) b on b.part = s.part where s.failed is not null`,
    defect === null ? {} : {defect},
  );
  await session.run(`create or replace temp table affected as
    select e.part from exposed e join verdicts v on v.part = e.part where v.bad`);
  const {known} = await session.row<{known: number}>('select count(*) as known from affected');
  if (known === 0) await session.run('create or replace temp table affected as select part from exposed');
  await session.run(`create or replace temp table windows as ${WINDOWS}`);
  await session.run(`create or replace temp table boundary_parts as ${SETS}`);
  const affected = known === 0 ? exposed : known;
  const candidates = await candidatesOf(session, order.by, affected);
  const windows = await windowsOf(session);
  const {unplaced} = await session.row<{unplaced: number}>(
    'select count(*) as unplaced from affected a anti join line l on l.part = a.part',
  );
  const {bad: knownBad} = await session.row<{bad: number}>('select count(*) as bad from verdicts where bad');
  const what = defect === null ? 'failed their first valid inspection' : `were found with ${defect}`;
  return {
    order: order.words,
    affected,
    affectedAre:
      known > 0
        ? `exposed parts that ${what}`
        : `all exposed parts, because none of them is known to be bad (${counted(knownBad, 'part')} elsewhere)`,
    unplaced,
    knownBad,
    candidates: candidates.map(candidate => ({
      ...candidate,
      covered: knownBad > 0 ? candidate.bad / knownBad : null,
    })),
    smallest: smallestOf(candidates),
    smallestInLots: smallestOf(candidates.filter(({name}) => name.endsWith('-lots'))),
    windows: windows.slice(0, LINES_NAMED),
    moreWindows: Math.max(0, windows.length - LINES_NAMED),
    open: windows.some(({open}) => open),
  };
}

/**
 * Temporary table `line` (part, line, at, place): the parts of `in_scope`, in the order of their processing at the step of the
 * first factor that has one, else in the order in which they were made.
 */
export async function createLine(session: Session, expression: string | null): Promise<{by: string; words: string}> {
  await prepareHistory(session, 'subjects', 'visits');
  const factors = expression === null ? [] : factorsOf(parseFilter(expression));
  const steps = await session.rows<{step: string}>('select distinct step from visits');
  const known = new Set(steps.map(({step}) => step));
  const stepOf = (factor: string) => factor.slice(0, Math.max(0, factor.lastIndexOf('.')));
  const factor = factors.find(name => known.has(stepOf(name)));
  const step = factor === undefined ? null : stepOf(factor);
  const by = LINES[factor?.slice(factor.lastIndexOf('.') + 1) ?? ''] ?? 'station';
  const from =
    step === null
      ? "select s.part, coalesce(s.product, '') as line, s.made_at as at from subjects s"
      : `select v.part, coalesce(v.${quoteName(by)}, '') as line, coalesce(v.started_at, v.ended_at) as at
         from visits v where v.step = $step`;
  await session.run(
    `create or replace temp table line as
     select l.part, l.line, l.at, row_number() over (partition by l.line order by l.at, s.id) as place
     from (${from}) l join subjects s on s.part = l.part semi join in_scope n on n.part = l.part where l.at is not null`,
    step === null ? {} : {step},
  );
  if (step === null) return {by: 'product', words: 'in the order in which they were made, by product'};
  return {by, words: `in the order of processing at ${step}, by ${by}`};
}

/** Grain: one row per line with affected parts: the places that bound its window. */
const WINDOWS = `with ends as (
  select l.line, min(l.place) as first, max(l.place) as last, count(*) as affected
  from line l join affected a on a.part = l.part group by l.line
), judged as (
  select l.line, l.place, v.good, v.bad from line l join verdicts v on v.part = l.part where v.good or v.bad
), good as (
  select e.line,
    max(j.place) filter (j.good and j.place < e.first) as before,
    min(j.place) filter (j.good and j.place > e.last) as after,
    max(j.place) filter (j.bad and j.place < e.first) as bad_before,
    min(j.place) filter (j.bad and j.place > e.last) as bad_after,
    count(*) filter (j.place between e.first and e.last) as inspected,
    count(*) filter (j.bad and j.place between e.first and e.last) as bad
  from ends e left join judged j on j.line = e.line group by e.line
), in_a_row as (
  select g.line,
    count(*) filter (j.good and j.place < e.first and j.place > coalesce(g.bad_before, 0)) as row_before,
    count(*) filter (j.good and j.place > e.last and j.place < coalesce(g.bad_after, 9e15)) as row_after
  from good g join ends e on e.line = g.line left join judged j on j.line = g.line group by g.line
)
select e.*, g.* exclude (line), r.* exclude (line)
from ends e join good g on g.line = e.line join in_a_row r on r.line = e.line`;

/** Grain: one row per boundary and part of it. */
const SETS = `with base as (
  select 'exposed' as name, part from exposed
  union all
  select 'window', l.part from line l join windows w on w.line = l.line where l.place between w.first and w.last
  union all
  select 'between-good', l.part from line l join windows w on w.line = l.line
  where l.place > coalesce(w.before, 0) and l.place < coalesce(w.after, 9e15)
), placed as (
  select b.name, b.part, s.lot from base b left join subjects s on s.part = b.part
)
select name, part from base
union
select name || '-lots', part from placed where lot is null
union
select l.name || '-lots', m.part
from (select distinct name, lot from placed where lot is not null) l join subjects m on m.lot = l.lot`;

type Candidate = Omit<Boundary['candidates'][number], 'covered'>;

async function candidatesOf(session: Session, by: string, affected: number): Promise<Candidate[]> {
  const lots = await session.rows<{
    name: BoundaryName;
    parts: number;
    has_lot: boolean;
    inspected: number;
    bad: number;
    affected: number;
  }>(
    `select b.name, count(*) as parts, s.lot is not null as has_lot, count(v.part) as inspected,
       count(*) filter (v.bad) as bad, count(a.part) as affected
     from boundary_parts b join subjects s on s.part = b.part
     left join verdicts v on v.part = b.part left join affected a on a.part = b.part
     group by b.name, s.lot, case when s.lot is null then b.part end
     -- By what they count, not by keys that depend on the order of arrival: floats are summed in this order.
     order by inspected, bad, parts`,
  );
  return BoundaryName.options.map(name => {
    const mine = lots.filter(lot => lot.name === name);
    const sum = (of: 'parts' | 'inspected' | 'bad' | 'affected') => mine.reduce((all, lot) => all + lot[of], 0);
    const judged = mine.filter(lot => lot.inspected > 0);
    return {
      name,
      what: wordsOf(name, by),
      parts: sum('parts'),
      lots: mine.filter(lot => lot.has_lot).length,
      inspected: sum('inspected'),
      bad: sum('bad'),
      share: shareOf(judged.map(({bad, inspected}) => ({count: bad, of: inspected}))),
      affected: sum('affected'),
      coversAll: sum('affected') === affected,
    };
  });
}

/** A share with an interval in which the clusters are independent; null where there is nothing to share. */
export function shareOf(clusters: readonly {count: number; of: number}[]) {
  const parts = clusters.reduce((all, {of}) => all + of, 0);
  if (parts === 0) return null;
  const {ratio, variance, clusters: number} = clusterRatio(clusters.map(cluster => ({...cluster, times: 1})));
  const interval = clusteredShareInterval(ratio, {variance, parts, clusters: number});
  return {value: ratio, low: interval?.low ?? null, high: interval?.high ?? null};
}

function wordsOf(name: BoundaryName, by: string): string {
  const base = {
    exposed: 'only the exposed parts',
    window: `every part of the ${by} from the first to the last affected one`,
    'between-good': `every part of the ${by} after the last good one before and before the first good one after`,
  };
  return name.endsWith('-lots')
    ? `the whole lots of: ${base[name.slice(0, -'-lots'.length) as keyof typeof base]}`
    : base[name as keyof typeof base];
}

/** Of equally large ones that with fewer lots, else the first. */
function smallestOf(candidates: readonly Candidate[]): BoundaryName | null {
  const covering = candidates.filter(({coversAll}) => coversAll);
  return covering.toSorted((a, b) => a.parts - b.parts || a.lots - b.lots)[0]?.name ?? null;
}

async function windowsOf(session: Session): Promise<Boundary['windows']> {
  const rows = await session.rows<{
    line: string;
    affected: number;
    first_id: string;
    first_at: string;
    last_id: string;
    last_at: string;
    before_id: string | null;
    before_at: string | null;
    after_id: string | null;
    after_at: string | null;
    inspected: number;
    bad: number;
    row_before: number;
    row_after: number;
  }>(
    // Each end found in one pass: joined one by one, the engine pairs all parts of a line with each other first.
    `with ends as (
       select w.line, l.place, l.at, i.id
       from windows w
       join line l on l.line = w.line and l.place in (w.first, w.last, w.before, w.after)
       join fact.items i on i.item = l.part
     )
     select w.line, w.affected, w.inspected, w.bad, w.row_before, w.row_after,
       ${['first', 'last', 'before', 'after'].map(end => `max(e.id) filter (e.place = w.${end}) as ${end}_id, max(e.at) filter (e.place = w.${end}) as ${end}_at`).join(', ')}
     from windows w join ends e on e.line = w.line
     group by all
     order by w.affected desc, w.line`,
  );
  return rows.map(row => {
    const passed = (id: string | null, at: string | null) => (id === null ? null : {part: id, at});
    const share = row.inspected > 0 ? row.bad / row.inspected : null;
    const window = {
      line: row.line,
      affected: row.affected,
      first: {part: row.first_id, at: row.first_at},
      last: {part: row.last_id, at: row.last_at},
      goodBefore: passed(row.before_id, row.before_at),
      goodAfter: passed(row.after_id, row.after_at),
      goodInARowBefore: row.row_before,
      goodInARowAfter: row.row_after,
      chanceBefore: chanceOf(share, row.row_before),
      chanceAfter: chanceOf(share, row.row_after),
      share,
      open: row.after_id === null,
    };
    return {...window, sentence: sentenceOf(window)};
  });
}

function sentenceOf({
  line,
  first,
  last,
  goodBefore,
  goodAfter,
  ...window
}: Omit<Boundary['windows'][number], 'sentence'>) {
  const from = line === '' ? '' : `${line}: `;
  const begins = goodBefore
    ? `the last good part before is ${goodBefore.part} (${rowInWords(window.goodInARowBefore, window.chanceBefore)})`
    : 'no good part is known before: it may have begun earlier';
  const ends = goodAfter
    ? `${isWeak(window.chanceAfter) ? 'closed, but weakly' : 'closed'}: the first good part after is ${goodAfter.part} (${rowInWords(window.goodInARowAfter, window.chanceAfter)})`
    : 'open: it may still be going on, no good part is known after';
  return `${from}${first.part} to ${last.part}; ${begins}; ${ends}`;
}

/** How often so many parts in a row are good by chance while a share of them is bad. */
const chanceOf = (share: number | null, row: number) => (share === null || row === 0 ? null : (1 - share) ** row);

/** A row that chance gives more often than one time in twenty does not show that anything has changed. */
const isWeak = (chance: number | null) => chance !== null && chance > 0.05;

function rowInWords(row: number, chance: number | null): string {
  const by = chance === null ? '' : `, by chance ${chance < 0.001 ? '< 0.1' : Number((chance * 100).toPrecision(2))} %`;
  return `${row} good in a row${by}`;
}
