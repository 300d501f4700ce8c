/** Champion and challenger on the same parts: where they differ, and who was right. */
import type {ChallengeAnswer} from '../../api/schemas.ts';
import {count, counted, percent, probability} from '../format.ts';
import {useChallenge} from '../inspection-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer, Empty} from './answer.tsx';
import {Choice} from './choice.tsx';
import {useInspectors} from './inspection-filter.tsx';
import {InspectionImage} from './inspection-image.tsx';
import {between, Notes} from './inspectors.tsx';
import {Wide} from './wide.tsx';

export function Challenge() {
  const {params, change} = useQuestion();
  const inspectors = useInspectors();
  const [first, second] = inspectors;
  const champion = params.get('champion') ?? first;
  const challenger = params.get('challenger') ?? inspectors.find(name => name !== champion) ?? second;
  const choices = Object.fromEntries(inspectors.map(name => [name, name]));
  return (
    <section aria-labelledby="challenge">
      <h2 id="challenge">Champion and challenger</h2>
      {champion === undefined || challenger === undefined ? (
        <p className="subtitle">There is one inspector in this scope: nobody to compare it with.</p>
      ) : (
        <>
          <div className="row-form">
            <Choice label="Champion" value={champion} choices={choices} choose={name => change({champion: name})} />
            <Choice
              label="Challenger"
              value={challenger}
              choices={choices}
              choose={name => change({challenger: name})}
            />
          </div>
          <Faced champion={champion} challenger={challenger} />
        </>
      )}
    </section>
  );
}

function Faced(names: {champion: string; challenger: string}) {
  const {scope, params} = useQuestion();
  const query = useChallenge({...scope, ...names, station: params.get('station') ?? undefined, limit: 12});
  return (
    <Answer query={query}>
      {answer =>
        answer.compared === null ? (
          <Empty
            title="They judged no part in common"
            command={`npx fishbone infer images/ --model ${names.challenger.split('@')[0]}`}
          >
            <p>Let the challenger look at images that the champion judged.</p>
          </Empty>
        ) : (
          <Compared {...answer} compared={answer.compared} />
        )
      }
    </Answer>
  );
}

function Compared({
  champion,
  challenger,
  pairs,
  compared,
  mcNemar,
  byLot,
  reviewed,
  differing,
  frames,
  notes,
}: ChallengeAnswer & {compared: NonNullable<ChallengeAnswer['compared']>}) {
  const {table: t, kappa, agreement} = compared;
  const isTold = byLot === null ? mcNemar.p < 0.05 : byLot.p < 0.05;
  const more = t.failPass > t.passFail ? champion : challenger;
  return (
    <>
      <p className="finding-sentence small">
        {isTold ? `${more} fails more of the same parts` : 'No evidence that one fails more than the other'}
      </p>
      <p className="subtitle">
        {counted(pairs.all, 'part')} judged by both, {count(pairs.byImage)} by the same image. Agreement{' '}
        {percent(agreement.value)} ({between(agreement)}){kappa !== null && `, kappa ${kappa.value.toFixed(2)}`}.
        McNemar, exact: p {probability(mcNemar.p)}.{' '}
        {byLot === null
          ? 'By lots nothing can be told.'
          : `By ${counted(byLot.lots, 'lot')}: the champion fails ${percent(Math.abs(byLot.value))} of all parts ${byLot.value < 0 ? 'fewer' : 'more'} (${percent(byLot.low)} to ${percent(byLot.high)}), p ${probability(byLot.p)}.`}
      </p>
      <Wide label="Agreement">
        <table className="two-by-two">
          <thead>
            <tr>
              <th />
              <th className="number">{challenger} fails</th>
              <th className="number">passes</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{champion} fails</th>
              <td className="number">{count(t.failFail)}</td>
              <td className="number">{count(t.failPass)}</td>
            </tr>
            <tr>
              <th scope="row">{champion} passes</th>
              <td className="number">{count(t.passFail)}</td>
              <td className="number">{count(t.passPass)}</td>
            </tr>
          </tbody>
        </table>
      </Wide>
      {differing.total > 0 && (
        <>
          <h3>{counted(differing.total, 'part')} on which they differ</h3>
          <p className="subtitle">
            Reviewers settled {count(reviewed.differing)}: the champion was right in {count(reviewed.championRight)},
            the challenger in {count(reviewed.challengerRight)}.
          </p>
          <ul className="gallery">
            {differing.cases.map(one => (
              <li key={one.champion.inspection}>
                <CaseLink one={one} frames={frames} />
              </li>
            ))}
          </ul>
        </>
      )}
      <Notes notes={notes} />
    </>
  );
}

function CaseLink({
  one,
  frames,
}: {
  one: ChallengeAnswer['differing']['cases'][number];
  frames: ChallengeAnswer['frames'];
}) {
  const {href} = useQuestion();
  const {champion, challenger, right, part} = one;
  const failed = champion.result === 'fail' ? champion : challenger;
  const path = href('/inspections');
  const to = `${path}${path.includes('?') ? '&' : '?'}result=any&inspection=${encodeURIComponent(failed.inspection)}`;
  return (
    <a className="card" href={to}>
      <InspectionImage card={failed} frames={frames} />
      <span className="card-name">
        <b>{failed === champion ? 'only the champion fails' : 'only the challenger fails'}</b>
      </span>
      <small>{part}</small>
      <small>{right === null ? 'not reviewed' : `✓ the ${right} was right`}</small>
    </a>
  );
}
