/** What a fishbone says, before it is drawn: six ribs ordered by evidence, each with its bones, twigs and blanks. */
import type {Branch, Finding, ScreenAnswer} from '../../api/schemas.ts';
import {cut, difference, ratio} from '../format.ts';

/** Evidence beyond this adds nothing that a reader could use: q = 10⁻⁸ is as sure as a plant gets. */
export const EVIDENCE_CAP = 8;

export interface Bone {
  finding: Finding;
  /** min(−log10 q, cap) */
  evidence: number;
  capped: boolean;
  /** Size of the effect in [0, 1], for the thickness: a risk ratio of 4 or more is 1. */
  strength: number;
  label: string;
  figure: string;
  /** The letter of its ambiguity set, shared by all bones that the data cannot tell apart. */
  set: string | null;
  /** Factors that this one explains, and those through which it acts. */
  twigs: {finding: Finding; text: string}[];
}

export interface Rib {
  branch: Branch;
  bones: Bone[];
  /** Tested, and nothing to see. */
  quiet: Finding[];
  /** Tested, but the data cannot say: too few lots, or no contrast. */
  undecided: Finding[];
  /** Twigs whose cause is not among the findings. */
  explained: Finding[];
  notTested: ScreenAnswer['notTested'];
}

const BRANCHES: readonly Branch[] = ['machine', 'material', 'method', 'man', 'measurement', 'environment'];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * @param answer findings in any order
 * @returns all six branches, the strongest evidence first; within a rib the members of an ambiguity set stand together
 */
export function ribsOf(answer: Pick<ScreenAnswer, 'findings' | 'notTested'>): Rib[] {
  const strongest = Math.max(1e-12, ...answer.findings.map(finding => Math.abs(finding.effect.value)));
  const shown = answer.findings.filter(isBone);
  const sets = ambiguitySets(shown);
  const ribs = BRANCHES.map(branch => {
    const own = answer.findings.filter(finding => finding.branch === branch);
    const bones = own.filter(isBone).map(finding => ({
      finding,
      ...evidenceOf(finding.q),
      strength: strengthOf(finding, strongest),
      label: labelOf(finding),
      figure: figureOf(finding),
      set: sets.get(finding.factor) ?? null,
      twigs: answer.findings
        .filter(other => !isBone(other) && isTwig(other) && sameFactor(other.explainedBy, finding))
        .map(other => ({finding: other, text: twigText(other)})),
    }));
    return {
      branch,
      bones: together(bones),
      quiet: own.filter(finding => finding.verdict === 'no-evidence'),
      undecided: own.filter(({verdict}) => verdict === 'too-little-data' || verdict === 'not-identifiable'),
      explained: own.filter(finding => isTwig(finding) && !shown.some(other => sameFactor(finding.explainedBy, other))),
      notTested: answer.notTested.filter(one => one.branch === branch),
    };
  });
  const weight = (rib: Rib) => Math.max(0, ...rib.bones.map(bone => -Math.log10(Math.max(bone.finding.q, 1e-300))));
  const tested = (rib: Rib) => rib.quiet.length + rib.undecided.length + rib.explained.length;
  return ribs.sort((a, b) => weight(b) - weight(a) || tested(b) - tested(a));
}

function isBone({verdict}: Finding): boolean {
  return verdict === 'supported' || verdict === 'ambiguous';
}

function isTwig({verdict}: Finding): boolean {
  return verdict === 'explained' || verdict === 'through';
}

/** A cause may be named by its factor or by its finding. */
function sameFactor(name: string | null, finding: Finding): boolean {
  const own = finding.kind === 'interaction' ? finding.where : finding.factor;
  return name !== null && (name === own || name === finding.id);
}

function evidenceOf(q: number): {evidence: number; capped: boolean} {
  const evidence = -Math.log10(Math.max(q, 1e-300));
  return {evidence: Math.max(0, Math.min(evidence, EVIDENCE_CAP)), capped: evidence > EVIDENCE_CAP};
}

function strengthOf({effect}: Finding, strongest: number): number {
  if (effect.measure === 'meanDifference') return Math.abs(effect.value) / strongest;
  return Math.max(0, Math.min(1, Math.log(Math.max(effect.value, 1e-12)) / Math.log(4)));
}

/** "(x > 1 and x < 2)" or "(x <= 1 or x >= 2)": a number of which the middle, or both ends, are told. */
const BETWEEN = /^\(.* (>|<=) (\S+) (?:and|or) .* \S+ (\S+)\)$/;

/** "bore.tool = T7", "oven.peak ≥ 412", "press.force missing" */
export function labelOf({factor, kind, level, threshold, with: others, where}: Finding): string {
  if (others?.length && where !== null) return where.replaceAll("'", '').replaceAll(' and ', ' × ');
  const name = others?.length ? `${factor} × ${others.join(' × ')}` : factor;
  if (threshold) return `${name} ${threshold.op === '>=' ? '≥' : '<'} ${cut(threshold.value)}`;
  if (kind === 'missing') return `${name} missing`;
  const [, end, low, high] = (kind === 'number' && where !== null && BETWEEN.exec(where)) || [];
  if (end !== undefined)
    return `${name} ${end === '>' ? 'between' : 'outside of'} ${low} ${end === '>' ? 'and' : 'to'} ${high}`;
  return level === null ? name : `${name} = ${level}`;
}

export function figureOf({effect}: Finding): string {
  const {value, interval} = effect.measure === 'riskRatio' ? ratio(effect) : difference(effect);
  return `${value} ${interval}`;
}

function twigText(finding: Finding): string {
  return finding.verdict === 'through' ? `acts through ${finding.factor}` : `explains ${finding.factor}`;
}

/** Letters for the sets that the drawn findings name, first by rank; a factor alone gets none. */
function ambiguitySets(findings: readonly Finding[]): Map<string, string> {
  const letters = new Map<string, string>();
  let used = 0;
  for (const finding of findings.toSorted((a, b) => a.rank - b.rank)) {
    if (finding.ambiguousWith.length === 0) continue;
    const members = [finding.factor, ...finding.ambiguousWith];
    const letter = members.map(member => letters.get(member)).find(found => found !== undefined);
    for (const member of members) letters.set(member, letter ?? LETTERS[used % LETTERS.length]);
    if (letter === undefined) used += 1;
  }
  return letters;
}

/** Strongest first, but each ambiguity set as one block at the place of its strongest member. */
function together(bones: Bone[]): Bone[] {
  const ranked = bones.toSorted((a, b) => a.finding.q - b.finding.q || a.finding.rank - b.finding.rank);
  const place = (bone: Bone) => (bone.set === null ? ranked.indexOf(bone) : ranked.findIndex(b => b.set === bone.set));
  return ranked.toSorted((a, b) => place(a) - place(b));
}
