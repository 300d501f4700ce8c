/** Which inspections: beside the question above, by station, inspector, result and what reviewers said. */
import type {InspectionListQuestion} from '../../api/schemas.ts';
import {useAgreement} from '../inspection-questions.ts';
import {useQuestion} from '../question.ts';
import {Choice} from './choice.tsx';

const RESULTS = {fail: 'fail', pass: 'pass', error: 'error', any: 'any result'} as const;
const SAID = {'': 'reviewed or not', unverified: 'not reviewed', confirmed: 'confirmed', rejected: 'rejected'};

/** What the address says of them; fails unless it says otherwise. */
export function useInspectionFilter(): Pick<
  InspectionListQuestion,
  'station' | 'inspector' | 'result' | 'verification' | 'defect'
> {
  const {params} = useQuestion();
  const result = params.get('result') ?? 'fail';
  const verification = params.get('verification');
  return {
    station: params.get('station') ?? undefined,
    inspector: params.get('inspector') ?? undefined,
    defect: params.get('defect') ?? undefined,
    result: result === 'pass' || result === 'fail' || result === 'error' ? result : undefined,
    verification:
      verification === 'unverified' || verification === 'confirmed' || verification === 'rejected'
        ? verification
        : undefined,
  };
}

/** Inspectors in the question's scope, those with most inspections first. */
export function useInspectors(): string[] {
  const {scope} = useQuestion();
  const inspectors = useAgreement(scope).data?.inspectors ?? [];
  return inspectors
    .toSorted((a, b) => b.inspected - a.inspected)
    .map(({inspector}) => inspector)
    .filter(name => name !== '(not named)');
}

/** Where these inspections were. */
function useStations(): string[] {
  const {scope} = useQuestion();
  const levels = (useAgreement({...scope, by: 'station'}).data?.inspectors ?? []).flatMap(({level}) => level ?? []);
  return [...new Set(levels)].filter(name => name !== '(missing)').sort();
}

interface FilterProps {
  /** Of results and reviews too, where these are to be chosen. */
  ofResults: boolean;
}

export function InspectionFilter({ofResults}: FilterProps) {
  const {params, change} = useQuestion();
  const inspectors = useInspectors();
  const stations = useStations();
  const choose = (name: string) => (value: string) => change({[name]: value, offset: null, inspection: null});
  const choices = (all: string, names: readonly string[]) => ({'': all, ...Object.fromEntries(names.map(n => [n, n]))});
  return (
    <div className="row-form inspection-filter">
      <Choice
        label="Inspector"
        value={params.get('inspector') ?? ''}
        choices={choices('all inspectors', inspectors)}
        choose={choose('inspector')}
      />
      <Choice
        label="Inspected at"
        value={params.get('station') ?? ''}
        choices={choices('all stations', stations)}
        choose={choose('station')}
      />
      {ofResults && (
        <>
          <Choice label="Result" value={params.get('result') ?? 'fail'} choices={RESULTS} choose={choose('result')} />
          <Choice
            label="By review"
            value={params.get('verification') ?? ''}
            choices={SAID}
            choose={choose('verification')}
          />
        </>
      )}
    </div>
  );
}
