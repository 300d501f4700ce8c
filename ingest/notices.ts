import type {RecordSource} from '../warehouse/load-plan.ts';
import {IngestError} from './error.ts';
import {folded} from './map-table.ts';
import type {Mapping, MappingNotice} from './mapping.ts';
import {CsvRecords} from './readers/csv-records.ts';
import {eachDecodedLine} from './readers/decoded-lines.ts';
import {readText} from './readers/encodings.ts';
import {didYouMean} from './suggest.ts';

const MADE_CHARACTERS_MAX = 16 << 20;

type Count = {add: (record: readonly string[]) => void; state: () => string | undefined};

/**
 * What a mapping wants stated about a file: counted over all its records, before any of them is judged.
 * @returns one sentence for each that has something to state, and one for each column that is not taken
 * @throws IngestError if it names a column that the file lacks, or the file is not CSV
 */
export async function mappingNotices(mapping: Mapping, where: string, records: RecordSource): Promise<string[]> {
  const ignored = Object.entries(mapping.ignore).map(([column, why]) => `column "${column}" is not taken: ${why}`);
  const folds = Object.entries(mapping.foldCase);
  if (mapping.notices.length + folds.length === 0) return ignored;
  if (records.format !== 'csv' && !(records.format === 'ndjson' && records.made)) {
    if (mapping.notices.length > 0) throw new IngestError(`${where}: notices: they can only be counted in CSV files`);
    return [...ignored, ...folds.map(([column, fold]) => `column "${column}" is read in ${fold} case`)];
  }
  const counts = [
    ...folds.map(([column, fold]) => folding(column, records.columns.indexOf(column), fold, mapping.missing)),
    ...mapping.notices.map((notice, i) => counter(notice, mapping, records.columns, `${where}: notices.${i}`)),
  ];
  await eachRecord(records, record => {
    for (const count of counts) count.add(record);
  });
  return [...ignored, ...counts.map(count => count.state()).filter(sentence => sentence !== undefined)];
}

function counter(notice: MappingNotice, mapping: Mapping, columns: readonly string[], place: string): Count {
  const indexOf = (column: string): number => {
    const index = columns.indexOf(column);
    if (index >= 0) return index;
    throw new IngestError(`${place}: the file has no column "${column}"${didYouMean(column, columns)}`);
  };
  if ('sum' in notice) return summing(notice.sum, indexOf(notice.sum), notice.say, mapping.decimal);
  if (notice.count === 'exact-duplicates') return exactDuplicates(notice.say);
  const missing = new Set(['', ...mapping.missing]);
  const wanted = Object.entries(notice.count).map(([column, text]) => ({index: indexOf(column), text}));
  return counting(
    record => wanted.every(({index, text}) => (text === null ? missing.has(record[index]) : record[index] === text)),
    notice.say,
  );
}

function counting(applies: (record: readonly string[]) => boolean, say: string): Count {
  let records = 0;
  return {
    add: record => {
      if (applies(record)) records++;
    },
    state: () => (records > 0 ? `${several(records, 'record')}: ${say}` : undefined),
  };
}

function summing(column: string, index: number, say: string, decimal: string): Count {
  let sum = 0;
  return {
    add: record => {
      const value = Number((record[index] ?? '').replace(decimal, '.'));
      if (Number.isFinite(value)) sum += value;
    },
    state: () => (sum === 0 ? undefined : `column "${column}" adds up to ${sum}: ${say}`),
  };
}

/** Holds every spelling of the column: meant for categories. */
function folding(column: string, index: number, fold: 'lower' | 'upper', missing: readonly string[]): Count {
  const sent = new Set<string>();
  let changed = 0;
  return {
    add: record => {
      const text = record[index] ?? '';
      if (text === '' || missing.includes(text)) return;
      sent.add(text);
      if (text !== folded(text, fold)) changed++;
    },
    state: () => {
      const read = new Set([...sent].map(text => folded(text, fold)));
      const spellings =
        read.size < sent.size
          ? `${sent.size} spellings become ${read.size}`
          : `its ${several(sent.size, 'spelling')} stay apart`;
      return `column "${column}" is read in ${fold} case: ${spellings}, ${several(changed, 'value')} changed`;
    },
  };
}

/** Holds every distinct record: meant for files of a size that a person exports. */
function exactDuplicates(say: string): Count {
  const times = new Map<string, number>();
  return {
    add: record => {
      const key = JSON.stringify(record);
      times.set(key, (times.get(key) ?? 0) + 1);
    },
    state: () => {
      const groups = [...times.values()].filter(n => n > 1);
      const records = groups.reduce((sum, n) => sum + n, 0);
      return records > 0
        ? `${records} records in ${several(groups.length, 'group')} are exact duplicates: ${say}`
        : undefined;
    },
  };
}

const several = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

async function eachRecord(source: RecordSource, take: (record: string[]) => void): Promise<void> {
  if (source.format !== 'csv') {
    const taken = (text: string) => {
      const made = JSON.parse(text) as Record<string, string>;
      if (made.$reason === undefined) take(source.columns.map(column => made[column] ?? ''));
    };
    await eachDecodedLine(source.path, 'utf-8', taken, MADE_CHARACTERS_MAX);
    return;
  }
  let isHeader = source.headerLines > 0;
  const parser = new CsvRecords(source.delimiter, ({fields}) => {
    if (!isHeader) take(fields);
    isHeader = false;
  });
  await readText(source.path, 'utf-8', text => parser.feed(text));
  parser.end();
}
