import type {FindAnswer, Finding, ScreenAnswer, TraceAnswer} from '../../../warehouse/answers.ts';
import {isClaim} from '../../claim.ts';
import {bold, type Clock, count, counted, likewise, paragraphs, short, table} from './layout.ts';

const OTHERS_SHOWN = 10;
const HISTORY_SHOWN = 40;
const RELATED_SHOWN = 25;

export function screenText(answer: ScreenAnswer): string {
  const {question, population, findings, tests, notTested, asOf} = answer;
  const claims = findings.filter(isClaim);
  const others = findings.filter(finding => !isClaim(finding));
  const outcome = question.measurement ?? question.defect ?? 'any fail';
  const defective = question.measurement
    ? ''
    : `, ${count(population.defective)} ${question.against === undefined ? `with ${outcome}` : 'selected'}`;
  const lots = question.cluster === 'lot' ? ` in ${counted(population.lots, 'lot')}` : '';
  const within = question.strata.length > 0 ? `, compared within ${question.strata.join(', ')}` : '';
  return paragraphs(
    bold(headline(claims.length, answer)),
    claims.map(f => `  ${f.rank}. ${f.sentence}\n     finding ${f.id}\n${compared(f, question.cluster)}`).join(''),
    `${counted(population.parts, 'part')}${lots}${defective}; ${counted(tests, 'test')} at position ${asOf}${within}.`,
    question.notes.map(note => `  note: ${note}\n`).join(''),
    others.length > 0 ? `Also tested${others.length > OTHERS_SHOWN ? `, the first ${OTHERS_SHOWN}` : ''}:` : '',
    table(
      ['factor', 'level', 'effect', 'interval', 'q', 'verdict'],
      others.slice(0, OTHERS_SHOWN).map(f => {
        const figure = (value: number) => (f.effect.measure === 'riskRatio' ? ratio(value) : short(value));
        const interval = `${figure(f.effect.low)} to ${figure(f.effect.high)}`;
        return [
          [f.factor, ...(f.with ?? [])].join(' × '),
          levelOf(f),
          figure(f.effect.value),
          interval,
          short(f.q),
          f.verdict,
        ];
      }),
    ),
    outcome === 'any fail' && question.against === undefined && claims.length === 0 && population.defective > 0
      ? 'One defect alone may say more: "fishbone pareto" lists them, then "fishbone screen --defect CODE".'
      : '',
    notTested.length > 0 ? `Not tested: ${counted(notTested.length, 'factor')} (--json says why).` : '',
  );
}

function headline(claims: number, {population: {parts, defective}, question}: ScreenAnswer): string {
  if (parts === 0) return 'No inspected part is in this population: there is nothing to compare.';
  if (question.against !== undefined && defective === 0)
    return 'No inspected part is selected: there is nothing to compare.';
  if (question.against !== undefined && defective === parts)
    return 'Every inspected part is selected: there are no others to compare them with.';
  if (defective === 0 && question.measurement === undefined)
    return 'No part of this population fails: there is nothing to explain.';
  if (defective === parts) return 'Every part of this population fails: there is nothing to compare them with.';
  return claims > 0 ? counted(claims, 'claim') : 'Nothing stands out.';
}

/** What other tools print for a number, so that theirs and ours can be laid side by side. */
function compared({means, ks, auc, aucInterval}: Finding, cluster: 'lot' | 'part'): string {
  const lines = [
    means ? `means, parts as independent: ${meansText(means)}` : '',
    ks ? `Kolmogorov-Smirnov, parts as independent: D ${short(ks.statistic)}, p ${short(ks.p)}` : '',
    auc === null ? '' : areaText(auc, aucInterval, cluster),
  ].filter(line => line !== '');
  if (lines.length === 0) return '';
  const title = '     one variable at a time, for comparison with other tools:\n';
  return title + lines.map(line => `       ${line}\n`).join('');
}

function meansText(means: NonNullable<Finding['means']>): string {
  const figure = (value: number) => likewise(value, means);
  const {defective, others, difference, low, high, p} = means;
  const welch = `Welch ${figure(difference)} (95 % ${figure(low)} to ${figure(high)}), p ${short(p)}`;
  return `${figure(defective.mean)} (defective), ${figure(others.mean)} (others), ${welch}`;
}

function areaText(auc: number, interval: Finding['aucInterval'], cluster: 'lot' | 'part'): string {
  if (interval === null) return `AUC: ${auc.toFixed(2)}`;
  const clusters = cluster === 'lot' ? 'lots as clusters' : 'parts as independent';
  return `AUC, ${clusters}: ${auc.toFixed(2)} (95 % ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})`;
}

/** A ratio at the bound of what is reported is no result but lies beyond it. */
function ratio(value: number): string {
  if (value >= 999) return '> 1000';
  return value <= 0.001_001 ? '< 0.001' : short(value);
}

function levelOf({factor, kind, level, threshold, where}: Finding): string {
  if (threshold) return `${threshold.op} ${threshold.value}`;
  if (kind === 'missing') return 'missing';
  // The middle of a number, or both its ends: "> 62.1 and < 62.9".
  if (kind === 'number' && where !== null) return where.replaceAll(`${factor} `, '').replace(/^\((.*)\)$/, '$1');
  return level ?? '';
}

export function traceText(answer: TraceAnswer, clock: Clock): string {
  const {kind, id, history, backward, forward, siblings, truncated, completeness, widenedBy, asOf} = answer;
  const related = (title: string, items: TraceAnswer['backward'], more: number) => {
    const hidden = items.length - Math.min(items.length, RELATED_SHOWN) + more;
    const rows = items.slice(0, RELATED_SHOWN).map(r => [r.kind, r.id, r.depth, r.detail]);
    const rest = hidden > 0 ? `  and ${count(hidden)} more\n` : '';
    return items.length > 0 ? `${bold(title)}\n${table(['kind', 'id', 'depth', ''], rows)}${rest}` : '';
  };
  const hiddenEvents = history.length - Math.min(history.length, HISTORY_SHOWN);
  return paragraphs(
    bold(`${kind.replace('_', ' ')} ${id}, at position ${asOf}`),
    table(
      ['when', 'what', 'where', ''],
      history
        .slice(0, HISTORY_SHOWN)
        .map(e => [e.at === null ? 'unknown' : clock(e.at), e.what, e.station ?? e.step, e.text]),
    ) + (hiddenEvents > 0 ? `  and ${count(hiddenEvents)} more\n` : ''),
    related('Came from', backward, truncated.backward),
    related('Went into', forward, truncated.forward),
    siblingsText(siblings, truncated.siblings),
    completenessText(completeness) + widenedText(widenedBy),
  );
}

export function findText({items}: FindAnswer): string {
  if (items.length === 0) return 'No part, lot or work order begins like this.\n';
  return table(
    ['kind', 'id'],
    items.map(({kind, id}) => [kind.replace('_', ' '), id]),
  );
}

/** One line for each lot or input that is shared. */
function siblingsText(siblings: TraceAnswer['siblings'], more: number): string {
  if (siblings.length === 0) return '';
  const groups = new Map<string, string[]>();
  for (const {through, id} of siblings) {
    const shared = `${through.kind} ${through.id}`;
    groups.set(shared, [...(groups.get(shared) ?? []), id]);
  }
  const rows = [...groups].map(([shared, ids]) => `  by ${shared}: ${someOf(ids)}\n`);
  const rest = more > 0 ? `  and ${count(more)} more\n` : '';
  return `${bold('Siblings, which share its production lot or a direct input')}\n${rows.join('')}${rest}`;
}

export const widenedText = (widenedBy: readonly string[]) =>
  widenedBy.map(reason => `  widened by: ${reason}\n`).join('');

export function completenessText({expected, found, missing}: TraceAnswer['completeness']): string {
  if (expected === 0 && missing.length === 0) return 'No links were expected here, so none is missing.';
  if (missing.length === 0) return `Complete: ${count(found)} of ${counted(expected, 'expected link')} found.`;
  const first = missing.slice(0, 5).map(({kind, id, what}) => `  missing: ${kind} ${id}: ${what}\n`);
  return `Not complete: ${count(found)} of ${counted(expected, 'expected link')} found.\n${first.join('')}`;
}

export function someOf(ids: readonly string[]): string {
  return `${ids.slice(0, 10).join(', ')}${ids.length > 10 ? ` and ${count(ids.length - 10)} more` : ''}`;
}
