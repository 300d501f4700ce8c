/** What the columns of a file look like, over all its records: so that a mapping can be proposed, and nothing be guessed. */
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {LoadPlan, RecordSource} from './load-plan.ts';
import {Scratch} from './scratch.ts';
import {openRecords} from './staging.ts';

/** More different shapes than this are words. */
const SHAPES_MAX = 400;
const VALUES_MAX = 60;

export interface ColumnProfile {
  column: string;
  rows: number;
  /** Cells without text. */
  empty: number;
  distinct: number;
  /** How many are different when upper and lower case are not told apart. */
  distinctFolded: number;
  longest: number;
  /** Texts such as 007. */
  leadingZeros: number;
  /** Texts such as 0.125 and 0,125: whatever the sign in them is, it separates no thousands. */
  zeroPoint: number;
  zeroComma: number;
  /** Texts with every digit as 9, the commonest first, with a text and the line of the first such. */
  shapes: {shape: string; rows: number; example: string; line: number}[];
  /** All values, the commonest first; null where there are too many. */
  values: {value: string; rows: number; line: number}[] | null;
}

/** The records of one file as texts. To be used within one transaction, and closed. */
export class Sheet {
  readonly #scratch: Scratch;
  readonly #relation: string;
  readonly #line: string;
  readonly columns: readonly string[];

  private constructor(scratch: Scratch, relation: string, line: string, columns: readonly string[]) {
    this.#scratch = scratch;
    this.#relation = relation;
    this.#line = line;
    this.columns = columns;
  }

  static async open(session: Session, records: RecordSource): Promise<Sheet> {
    const scratch = new Scratch(session);
    const plan: LoadPlan = {
      source: '',
      path: '',
      records,
      tables: [],
      timeFormats: [],
      missing: [],
      decimal: '.',
      notices: [],
    };
    const opened = await openRecords(scratch, plan);
    const texts = records.columns.map(c => `s.${quoteName(c)}::varchar as ${quoteName(c)}`).join(', ');
    const relation =
      records.format === 'parquet'
        ? await scratch.table('sheet', `select ${texts} from ${opened.relation} s`)
        : opened.relation;
    if (records.format === 'ndjson') return new Sheet(scratch, relation, '"$line"', records.columns);
    // Within a transaction the rows of a new table are numbered from somewhere beyond 2^53.
    const {base} = await session.row<{base: number | string | null}>(`select min(rowid) as base from ${relation}`);
    const first = records.format === 'csv' ? records.headerLines + 1 : 1;
    return new Sheet(scratch, relation, `(rowid - ${base ?? 0} + ${first})`, records.columns);
  }

  async profile(column: string): Promise<ColumnProfile> {
    const v = quoteName(column);
    const {session} = this.#scratch;
    const counts = await session.row<Record<string, number>>(
      `select count(*) as rows, count(*) filter (coalesce(${v}, '') = '') as empty,
         count(distinct nullif(${v}, '')) as distinct_, count(distinct lower(nullif(${v}, ''))) as folded,
         coalesce(max(length(${v})), 0) as longest,
         count(*) filter (regexp_matches(${v}, '^0[0-9]+$')) as zeros,
         count(*) filter (regexp_matches(${v}, '^[-+]?0?[.]')) as point,
         count(*) filter (regexp_matches(${v}, '^[-+]?0?,')) as comma
       from ${this.#relation}`,
    );
    const shapes = await session.rows<ColumnProfile['shapes'][number]>(
      `select translate(${v}, '0123456789', '9999999999') as shape, count(*) as rows,
         arg_min(${v}, ${this.#line}) as example, min(${this.#line}) as line
       from ${this.#relation} where ${v} <> '' group by shape order by rows desc, line limit ${SHAPES_MAX}`,
    );
    const values =
      counts.distinct_ > VALUES_MAX
        ? null
        : await session.rows<{value: string; rows: number; line: number}>(
            `select ${v} as value, count(*) as rows, min(${this.#line}) as line from ${this.#relation}
             where ${v} <> '' group by value order by rows desc, value`,
          );
    return {
      column,
      rows: counts.rows,
      empty: counts.empty,
      distinct: counts.distinct_,
      distinctFolded: counts.folded,
      longest: counts.longest,
      leadingZeros: counts.zeros,
      zeroPoint: counts.point,
      zeroComma: counts.comma,
      shapes,
      values,
    };
  }

  /** Of texts like 3/4/2025: the first lines that show which number is the day and which the year, over the whole column. */
  async dayEvidence(
    column: string,
  ): Promise<{firstAbove12: number | null; secondAbove12: number | null; thirdAbove31: number | null}> {
    const v = quoteName(column);
    const pattern = '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{2,4})';
    const first = (n: number, above: number) =>
      `min(${this.#line}) filter (try_cast(regexp_extract(${v}, '${pattern}', ${n}) as integer) > ${above})`;
    return this.#scratch.session.row(
      `select ${first(1, 12)} as "firstAbove12", ${first(2, 12)} as "secondAbove12", ${first(3, 31)} as "thirdAbove31"
       from ${this.#relation}`,
    );
  }

  /** How many texts none of the patterns reads, and the first of them. */
  async unread(
    column: string,
    formats: readonly string[],
    missing: readonly string[],
  ): Promise<{rows: number; line: number | null; example: string | null}> {
    const v = quoteName(column);
    const tried = formats.length > 0 ? `try_strptime(${v}, [${formats.map(quoteText).join(', ')}])` : 'null';
    const none = ['', ...missing].map(quoteText).join(', ');
    return this.#scratch.session.row(
      `select count(*) as rows, min(${this.#line}) as line, arg_min(${v}, ${this.#line}) as example
       from ${this.#relation}
       where ${v} not in (${none}) and coalesce(try_cast(${v} as timestamp), ${tried}) is null`,
    );
  }

  /** In how many records a column has a text, and in how many of these another has one of some texts. */
  async together(
    flag: string,
    text: string,
    other: string,
    texts: readonly string[],
  ): Promise<{of: number; both: number}> {
    return this.#scratch.session.row(
      `select count(*) as "of", count(*) filter (${quoteName(other)} in (${texts.map(quoteText).join(', ')})) as both
       from ${this.#relation} where ${quoteName(flag)} = ${quoteText(text)}`,
    );
  }

  close(): Promise<void> {
    return this.#scratch.clear();
  }
}
