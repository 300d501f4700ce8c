/** NIST's Statistical Reference Datasets with their certified values, read from the shared folder. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const FOLDER = `${process.env.FISHBONE_SHARED ?? fileURLToPath(new URL('../../../../shared', import.meta.url))}/data/nist-strd`;

export const nist = {present: existsSync(FOLDER)};
if (!nist.present) console.warn(`NOT TESTED: NIST's data are not at ${FOLDER}; set FISHBONE_SHARED`);

export const linesOf = (file: string): string[] => readFileSync(`${FOLDER}/${file}`, 'utf8').split('\n');

/** Certified digits that a figure has; 16 where it is the same double. */
export const digits = (found: number, certified: number): number =>
  found === certified ? 16 : -Math.log10(Math.abs(found / certified - 1));

/** Every univariate dataset that is there. */
export const univariateNames = (): string[] =>
  readdirSync(FOLDER).flatMap(file => file.match(/^univ_(\w+)\.txt$/)?.[1] ?? []);

/** Values as the file writes them, and what is certified of them. */
export function univariate(name: string) {
  const lines = linesOf(`univ_${name}.txt`);
  const certified = (...names: string[]) =>
    Number(
      lines
        .findLast(line => names.some(n => line.includes(n)))!
        .match(/-?[\d.]+\s*(\(exact\))?\s*$/)![0]
        .replace('(exact)', ''),
    );
  return {
    mean: certified('ybar:', 'mean  '),
    deviation: certified(' s:', 'standardDeviation'),
    autocorrelation: certified('r(1):', 'autocorrelationCoefficient'),
    values: lines.flatMap(line => (/^\s*-?[\d.]+\s*$/.test(line) ? [line.trim()] : [])),
  };
}
