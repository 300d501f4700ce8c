import {CsvScan} from './readers/csv-scan.ts';
import {readUtf8} from './readers/text.ts';

/**
 * The lines of a CSV file (1 = first) at which some records start, so that a reject names a line that a person can go to
 * although fields hold line breaks.
 * @param source as in a plan's `records`; its columns tell whether an empty line is a record, no header lines that there is no header
 * @param ordinals data records in any order; 0 = the first after the header, if there is one. Broken records are not counted
 * @param brokenAtBytes offsets of records that could not be taken apart, as DuckDB gives them: where the record starts,
 * or where the empty lines before it do
 * @returns lines by ordinal and by offset; what lies beyond the end of the file is left out
 */
export async function linesOfRecords(
  source: {path: string; delimiter: string; quote: string; columns: readonly string[]; headerLines: number},
  ordinals: Iterable<number>,
  brokenAtBytes: Iterable<number> = [],
): Promise<{ofRecord: Map<number, number>; ofByte: Map<number, number>}> {
  const wanted = new Set(ordinals);
  const broken = [...new Set(brokenAtBytes)].sort((a, b) => a - b);
  const ofRecord = new Map<number, number>();
  const ofByte = new Map<number, number>();
  const first = source.headerLines === 0 ? 0 : 1;
  const scan = new CsvScan(source.delimiter, source.quote, source.columns.length, ({ordinal, line, byte}) => {
    const nextBroken = broken[ofByte.size];
    if (ordinal < first) return;
    if (nextBroken !== undefined && nextBroken <= byte) ofByte.set(nextBroken, line);
    else if (wanted.has(ordinal - first - ofByte.size)) ofRecord.set(ordinal - first - ofByte.size, line);
  });
  if (wanted.size > 0 || broken.length > 0) await readUtf8(source.path, chunk => scan.feed(chunk));
  return {ofRecord, ofByte};
}
