/** One of the studies that there are, whatever its kind. */
import {useLocation} from 'wouter';
import type {StudiesAnswer} from '../../api/schemas.ts';
import {agreementHref, gageHref, linearityHref, PATH, useStudies} from '../measurement-questions.ts';
import {useQuestion} from '../question.ts';

export function StudyChoice() {
  const {params, scope, href} = useQuestion();
  const [, navigate] = useLocation();
  const data = useStudies(scope.asOf).data;
  const all = data === undefined ? [] : studiesIn(data);
  const here = (changes: Record<string, string | null>) =>
    ['study', 'parameter', 'reference', 'step', 'where'].every(
      name =>
        // What is not said of a study, the address may say: an agreement has a filter of its own.
        changes[name] === undefined || (changes[name] ?? '') === (params.get(name) ?? ''),
    );
  const at = all.findIndex(({changes}) => here(changes));
  const groups = [...new Set(all.map(({kind}) => kind))];
  return (
    <label className="choice">
      <span>Study</span>
      <select
        value={at === -1 ? 'here' : String(at)}
        onChange={event => navigate(href(PATH, all[Number(event.target.value)].changes))}
      >
        {at === -1 && <option value="here">{params.get('parameter') ?? 'as the address says'}</option>}
        {groups.map(kind => (
          <optgroup key={kind} label={kind}>
            {all.map((study, k) =>
              study.kind === kind ? (
                <option key={study.name} value={k}>
                  {study.name}
                </option>
              ) : null,
            )}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function studiesIn({gage, linearity, agreement}: StudiesAnswer) {
  const among = (where: string | null) => (where === null ? '' : `, ${where}`);
  return [
    ...gage.map(study => ({
      kind: 'Gage R&R',
      name: `${study.parameter}${among(study.where)}`,
      changes: gageHref(study) as Record<string, string | null>,
    })),
    ...linearity.map(study => ({
      kind: 'Bias and linearity',
      name: `${study.parameter} against ${study.reference}${among(study.where)}`,
      changes: linearityHref(study) as Record<string, string | null>,
    })),
    ...agreement.map(study => ({
      kind: 'Agreement',
      name: `inspectors at ${study.step ?? 'no step'}`,
      changes: agreementHref(study) as Record<string, string | null>,
    })),
  ];
}
