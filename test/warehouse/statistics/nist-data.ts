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

/** A linear regression: y, its predictors by column, and what is certified of the fit. */
export function linear(name: string) {
  const lines = linesOf(`linreg_${name}.dat`);
  const numbers = (line: string) => line.trim().split(/\s+/).map(Number);
  const certified = (what: string) => numbers(lines.find(line => line.includes(what))!.replace(what, ''))[0];
  const estimates = lines.filter(line => /^\s+B\d\s/.test(line)).map(line => numbers(line.trim().replace(/^B\d/, '')));
  const rows = lines.slice(60).flatMap(line => (line.trim() === '' ? [] : [numbers(line)]));
  return {
    y: rows.map(([y]) => y),
    columns: rows[0].slice(1).map((_, j) => rows.map(row => row[j + 1])),
    coefficients: estimates.map(([estimate]) => estimate),
    standardErrors: estimates.map(([, error]) => error),
    residual: certified('Standard Deviation  '),
    rSquared: certified('R-Squared'),
  };
}
