import type {Finding} from '../answers.ts';
import {CHANGE_POINT, type Change} from './change-point.ts';
import {type Enough, enoughInWords} from './enough.ts';
import {FIRST_SELECTION, type Frame} from './frame.ts';
import type {Together} from './interactions.ts';
import {LARGEST_RATIO} from './risk-ratio.ts';
import type {ToldSide} from './side.ts';

/** What a sentence needs to know beside the finding. */
interface About {
  /** Of a number: the side that is exposed. */
  side: Pick<ToldSide, 'words' | 'sought'> | null;
  unit: string | null;
  /** Whether lots were compared by what most of their parts had. */
  byLot: boolean;
  together?: Together;
  change?: Change;
  /** What else changed at that moment. */
  also: string[];
  /** Where data are too few: how many would do. */
  enough: Enough | null;
}

/** The finding in words, such as "Scratches are 3.1 times as frequent when bore.tool is T7 (99.7 % interval 2.4 to 4.0)". */
export function sentenceOf(
  frame: Frame,
  finding: Omit<Finding, 'id' | 'sentence'>,
  {side, unit, byLot, together, change, also, enough}: About,
): string {
  const {factor, effect, verdict} = finding;
  if (verdict === 'not-identifiable') {
    return `${factor} never differs within ${within(finding) || 'the parts compared'}, so nothing can be said of it.`;
  }
  const when = together
    ? `when ${together.sides.map(({words}) => words).join(' and ')}`
    : change
      ? (finding.level ?? '')
      : `${conditionOf(finding, side, unit)}${byLot ? ' for most parts of the lot' : ''}`;
  const isRatio = effect.measure === 'riskRatio';
  const figure = isRatio ? ratio : round;
  const interval = `${percentOf(effect.level)} interval ${figure(effect.low)} to ${figure(effect.high)}`;
  const claim = isRatio
    ? `${subjectOf(frame.outcomeLabel)} ${figure(effect.value)} times as frequent ${when} (${interval})`
    : `${frame.outcomeLabel} is ${round(Math.abs(effect.value))} ${effect.value < 0 ? 'lower' : 'higher'} ${when} (${interval})`;
  const adjusted = within(finding) === '' ? '' : `, within ${within(finding)}`;
  const beyond = together ? `, ${round(together.excess)} times what the two alone would lead to expect` : '';
  const inLots = frame.lots < frame.parts ? `${counted(finding.lots, 'lot')}, ` : '';
  const fixed =
    side?.sought === false ? ' Too few lots to seek where it begins: the cut stands where the test has it.' : '';
  return `${claim}${adjusted}${beyond}; ${inLots}${counted(finding.parts, 'part')}.${changed(change, also)}${remark(finding, enough)}${fixed}`;
}

function changed(change: Change | undefined, also: readonly string[]): string {
  if (change === undefined) return '';
  const then = also.length > 0 ? ` What changed then: ${also.join('; ')}.` : '';
  return ` The change lies ${change.span}.${then}`;
}

function within({adjustedFor}: Pick<Finding, 'adjustedFor'>): string {
  return adjustedFor.map(name => name.replace(/^part\./, '')).join(' and ');
}

function conditionOf(
  {factor, kind, level, threshold}: Pick<Finding, 'factor' | 'kind' | 'level' | 'threshold'>,
  side: Pick<ToldSide, 'words'> | null,
  unit: string | null,
) {
  if (kind === 'missing') return `when ${factor} is missing`;
  if (level !== null) return `when ${factor} is ${level}`;
  if (threshold === null) return `when ${factor} is ${side?.words}`;
  const value = `${threshold.value}${unit ? ` ${unit}` : ''}`;
  return `when ${factor} is ${threshold.op === '<' ? 'below' : 'at least'} ${value}`;
}

/** "Scratches are", but "Defect D17 is": only plain words are put in the plural. */
function subjectOf(label: string): string {
  if (label === 'any fail') return 'Fails are';
  if (label === FIRST_SELECTION) return 'Parts of the first selection are';
  if (!/^[a-z][a-z ]*$/.test(label)) return `Defect ${label} is`;
  const plural = /(s|x|z|ch|sh)$/.test(label) ? `${label}es` : `${label}s`;
  return `${plural[0].toUpperCase()}${plural.slice(1)} are`;
}

function remark(
  {
    kind,
    verdict,
    ambiguousWith,
    explainedBy,
    reversed,
  }: Pick<Finding, 'kind' | 'verdict' | 'ambiguousWith' | 'explainedBy' | 'reversed'>,
  enough: Enough | null,
): string {
  const reversal = reversed ? ' Over all parts taken together the sign is the opposite.' : '';
  if (verdict === 'explained') return ` Nothing of it remains once ${explainedBy} is held fixed.${reversal}`;
  if (verdict === 'through') return ` It passes on what ${explainedBy} does.${reversal}`;
  if (verdict === 'ambiguous')
    return ` It cannot be told apart from ${listed(ambiguousWith)}.${cheapestCheck(ambiguousWith, kind)}${reversal}`;
  if (verdict === 'too-little-data')
    return ` ${enough ? enoughInWords(enough) : 'Too few lots for any result to be significant.'}${reversal}`;
  if (verdict === 'no-evidence') return ` No evidence: among so many tests chance does as much.${reversal}`;
  return reversal;
}

/** The least that has to be done to separate a set: break up what always went together. */
function cheapestCheck(names: readonly string[], kind: Finding['kind']): string {
  const isClock = (name: string) => name === 'time' || name === CHANGE_POINT;
  const clocks = names.filter(isClock);
  if (kind === 'time') return ' To tell: put back what changed then for a few lots, one thing at a time.';
  if (clocks.length === names.length)
    return ' To tell: bring it back, or leave it out, for a few lots at another time.';
  if (kind === 'missing') return ' To tell: find parts for which one is recorded and the other is not.';
  const other = names.find(name => !isClock(name));
  return ` To tell: run a few lots with this and another ${other}, and a few the other way round.`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function counted(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}

/** A ratio at the bound is no result: it is beyond what is reported. */
function ratio(value: number): string {
  if (value >= LARGEST_RATIO * 0.999) return `more than ${LARGEST_RATIO}`;
  if (value <= 1.001 / LARGEST_RATIO) return `less than ${1 / LARGEST_RATIO}`;
  return round(value);
}

function round(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 100) return value.toFixed(0);
  return size >= 0.95 ? value.toFixed(1) : Number(value.toPrecision(2)).toString();
}

/** A level of confidence, never said higher than it is: 95 %, 99.6 %, 99.98 %. */
function percentOf(level: number): string {
  // As many digits as its distance from one needs.
  const digits = Math.max(0, Math.ceil(-Math.log10(1 - level) - 1.5));
  const scale = 10 ** digits;
  return `${Math.floor(100 * level * scale + 1e-6) / scale} %`;
}
