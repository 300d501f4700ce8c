import type {Evidence} from './evidence.ts';
import type {Sources} from './layouts.ts';
import {isNumber, type Seen} from './look.ts';
import {parameterName} from './units.ts';

/** Texts longer than this, or of which nearly each is another, are remarks and ids, and nobody compares parts by them. */
const WORD_MAX = 60;

/** Measurements of a part: a record each, or a column each. */
export function addMeasurements(
  sources: Sources,
  part: unknown,
  partEvidence: Evidence,
  repeats: boolean,
  used: Set<Seen>,
): void {
  const {draft, seen, roles, times} = sources;
  const at = ['tables', 'measurements'];
  const when = roles.measured_at ? 'measured_at' : 'inspected_at';
  const context = () => {
    draft.set([...at, 'part'], part, partEvidence);
    const time = times.get(when) ?? roles[when]?.seen.profile.column;
    if (time !== undefined) draft.set([...at, 'measured_at'], time, roles[when]!.evidence);
    if (roles[when]) used.add(roles[when].seen);
    if (roles.step) draft.set([...at, 'step'], roles.step.seen.profile.column, roles.step.evidence);
    else if (sources.answers.step !== undefined)
      draft.set([...at, 'step'], {constant: sources.answers.step}, {confidence: 1, why: 'as answered'});
  };
  if (roles.parameter && roles.value) {
    context();
    draft.set([...at, 'parameter'], roles.parameter.seen.profile.column, roles.parameter.evidence);
    draft.set([...at, 'value'], roles.value.seen.profile.column, roles.value.evidence);
    used.add(roles.parameter.seen).add(roles.value.seen);
    addDescription(sources, used);
    if (repeats && roles.step) used.add(roles.step.seen);
    return;
  }
  const rest = seen.filter(one => !used.has(one) && one.kind !== 'empty');
  const numbers = rest.filter(isNumber);
  const words = rest.filter(one => one.kind === 'word' && isWord(one));
  if (numbers.length + words.length === 0) return;
  context();
  const names = new Set<string>();
  const nameOf = (one: Seen) => {
    const wish = parameterName(one.header);
    const name = names.has(wish) ? `${wish}_${seen.indexOf(one) + 1}` : wish;
    names.add(name);
    return name;
  };
  if (repeats) {
    const of = [part, roles.step?.seen.profile.column].filter(column => typeof column === 'string');
    draft.set(
      [...at, 'run'],
      {occurrence: of},
      {confidence: 0.6, why: 'parts come more than once: the n-th record is the n-th run'},
    );
  }
  for (const one of numbers) {
    const {unit, confidence} = one.header;
    const parameter = nameOf(one);
    const evidence =
      unit === null
        ? {confidence: one.kind === 'whole' ? 0.65 : 0.75, why: 'numbers that nothing else takes'}
        : {confidence, why: `numbers, in ${unit}`};
    draft.set([...at, 'parameters', one.profile.column], parameter, evidence);
    if (unit !== null && !sources.known.has(parameter)) addUnit(sources, parameter, unit, confidence);
    used.add(one);
  }
  for (const one of words) {
    const {distinct, distinctFolded, column} = one.profile;
    draft.set([...at, 'texts', column], nameOf(one), {confidence: 0.6, why: `${distinct} different words`});
    if (distinctFolded < distinct)
      draft.set(['foldCase', column], caseOf(one), {
        confidence: 0.7,
        why: `${distinct} spellings, ${distinctFolded} but for upper and lower case`,
      });
    used.add(one);
  }
}

const isWord = ({profile, filled}: Seen): boolean =>
  profile.longest <= WORD_MAX && (profile.distinct <= 12 || profile.distinct / filled < 0.5);

function caseOf({profile}: Seen): 'upper' | 'lower' {
  const commonest = profile.shapes[0].example;
  return commonest === commonest.toUpperCase() ? 'upper' : 'lower';
}

function addUnit({draft}: Sources, parameter: string, unit: string, confidence: number): void {
  const list = (draft.mapping.tables as {parameters?: unknown[]}).parameters ?? [];
  const at = ['tables', 'parameters', list.length];
  draft.set([...at, 'distinct'], true);
  draft.set([...at, 'parameter'], {constant: parameter});
  draft.set([...at, 'unit'], {constant: unit}, {confidence, why: 'the unit in the header'});
}

/** What long records say of the parameters themselves. */
function addDescription({draft, roles}: Sources, used: Set<Seen>): void {
  const described = (['unit', 'lsl', 'target', 'usl'] as const).filter(role => roles[role]);
  if (described.length === 0) return;
  const at = ['tables', 'parameters'];
  draft.set([...at, 'distinct'], true, {confidence: 0.9, why: 'said on each of its values'});
  draft.set([...at, 'parameter'], roles.parameter!.seen.profile.column, roles.parameter!.evidence);
  for (const role of described) {
    draft.set([...at, role], roles[role]!.seen.profile.column, roles[role]!.evidence);
    used.add(roles[role]!.seen);
  }
}
