import type {App} from './app.ts';
import type {Problem} from './problem.ts';

const OF_THE_DISK: readonly string[] = ['DISK_REFUSED', 'LEDGER_WRITE_FAILED'];

export const isOfTheDisk = ({code}: Problem): boolean => OF_THE_DISK.includes(code);

/**
 * The log of what the disk refuses: stations send again what was refused, so it is told once, until something is recorded.
 * @returns hears of each answer that is a problem
 */
export function refusals(app: App): (problem: Problem) => void {
  const {warehouse, troubles} = app;
  let since: number | null = null;
  warehouse.changes.addEventListener('change', () => {
    if (since === null || warehouse.entries().length <= since) return;
    since = null;
    troubles.over('disk', 'the disk takes what is recorded again');
  });
  return problem => {
    if (!isOfTheDisk(problem)) return;
    since ??= warehouse.entries().length;
    const {code, detail, hint} = problem;
    troubles.began('disk', code, `requests are refused: ${detail}; ${hint ?? 'see "fishbone doctor"'}`);
  };
}
