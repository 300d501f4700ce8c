/** Measurement systems: which studies there are, and what one of them says of a gage or of inspectors. */
import '../style/capability.css';
import '../style/measurement.css';
import type {StudiesAnswer} from '../../api/schemas.ts';
import {count, counted, cut} from '../format.ts';
import {agreementHref, gageHref, linearityHref, PATH, useStudies} from '../measurement-questions.ts';
import {AgreementStudy} from '../parts/agreement-study.tsx';
import {Answer, Command, Empty} from '../parts/answer.tsx';
import {GageStudy} from '../parts/gage-study.tsx';
import {LinearityStudy} from '../parts/linearity-study.tsx';
import {useTableKey} from '../parts/study-figure.tsx';
import {Wide} from '../parts/wide.tsx';
import {useQuestion} from '../question.ts';

export function Measurement() {
  const {params} = useQuestion();
  useTableKey();
  const study = params.get('study');
  const parameter = params.get('parameter');
  return (
    <>
      <h1 className="sr-only">Measurement systems</h1>
      {study === 'gage' && parameter ? (
        <GageStudy parameter={parameter} />
      ) : study === 'linearity' && parameter ? (
        <LinearityStudy parameter={parameter} />
      ) : study === 'agreement' ? (
        <AgreementStudy />
      ) : (
        <Choose />
      )}
    </>
  );
}

function Choose() {
  const {scope} = useQuestion();
  return <Answer query={useStudies(scope.asOf)}>{studies => <Studies {...studies} />}</Answer>;
}

function Studies({gage, linearity, agreement}: StudiesAnswer) {
  const all = gage.length + linearity.length;
  if (all + agreement.length === 0) return <NoStudy />;
  return (
    <>
      <header className="headline">
        <p className="finding-sentence">Which measurement system?</p>
        <p className="subtitle">
          {counted(all, 'study', 'studies')} of gages, {counted(agreement.length, 'step')} with inspectors; whatever the
          question above restricts.
        </p>
      </header>
      <div className="studies">
        <section>
          <h2>Gage R&amp;R</h2>
          <p className="subtitle">Is it the part, or who measured it?</p>
          {gage.length === 0 ? <HowToGage /> : <GageList gage={gage} />}
        </section>
        <section>
          <h2>Bias and linearity</h2>
          <p className="subtitle">How far off is the gage, and does that change with size?</p>
          {linearity.length === 0 ? <HowToLinearity /> : <LinearityList linearity={linearity} />}
        </section>
        <section>
          <h2>Agreement of inspectors</h2>
          <p className="subtitle">Do inspectors, models among them, say the same; and do reviewers?</p>
          {agreement.length === 0 ? <HowToAgreement /> : <AgreementList agreement={agreement} />}
        </section>
      </div>
    </>
  );
}

function GageList({gage}: Pick<StudiesAnswer, 'gage'>) {
  const {href} = useQuestion();
  return (
    <Wide label="Gage R&R studies">
      <table>
        <thead>
          <tr>
            <th>parameter</th>
            <th className="number">parts</th>
            <th>by</th>
            <th className="number">trials</th>
            <th className="number">values</th>
            <th> </th>
          </tr>
        </thead>
        <tbody>
          {gage.map(study => (
            <tr key={`${study.parameter} ${study.where}`}>
              <td>
                <a href={href(PATH, gageHref(study))}>{study.parameter}</a>
                {study.where !== null && (
                  <small>
                    {' '}
                    <code>{study.where}</code>
                  </small>
                )}
              </td>
              <td className="number">{count(study.parts)}</td>
              <td>{counted(study.appraisers, study.appraiser)}</td>
              <td className="number">{count(study.trials)}</td>
              <td className="number">{count(study.values)}</td>
              <td>{study.balanced ? '' : 'not balanced'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function LinearityList({linearity}: Pick<StudiesAnswer, 'linearity'>) {
  const {href} = useQuestion();
  return (
    <Wide label="Studies of bias and linearity">
      <table>
        <thead>
          <tr>
            <th>parameter</th>
            <th>reference</th>
            <th className="number">parts</th>
            <th className="number">values</th>
            <th className="number">sizes</th>
          </tr>
        </thead>
        <tbody>
          {linearity.map(study => (
            <tr key={`${study.parameter} ${study.reference} ${study.where}`}>
              <td>
                <a href={href(PATH, linearityHref(study))}>{study.parameter}</a>
                {study.where !== null && (
                  <small>
                    {' '}
                    <code>{study.where}</code>
                  </small>
                )}
              </td>
              <td>{study.reference}</td>
              <td className="number">{count(study.parts)}</td>
              <td className="number">{count(study.values)}</td>
              <td className="number">
                {cut(study.smallest)} to {cut(study.largest)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function AgreementList({agreement}: Pick<StudiesAnswer, 'agreement'>) {
  const {href} = useQuestion();
  return (
    <Wide label="Inspectors by step">
      <table>
        <thead>
          <tr>
            <th>inspected at</th>
            <th className="number">inspectors</th>
            <th className="number">decisions</th>
            <th className="number">reviewed</th>
          </tr>
        </thead>
        <tbody>
          {agreement.map(study => (
            <tr key={study.step}>
              <td>
                <a href={href(PATH, agreementHref(study))}>{study.step ?? 'no step'}</a>
              </td>
              <td className="number">{count(study.inspectors)}</td>
              <td className="number">{count(study.decisions)}</td>
              <td className="number">{count(study.reviewed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function NoStudy() {
  return (
    <Empty title="No study was loaded">
      <p>How far may what is measured be trusted? A study says it:</p>
      <h3>Gage R&amp;R</h3>
      <HowToGage />
      <h3>Bias and linearity</h3>
      <HowToLinearity />
      <h3>Agreement of inspectors</h3>
      <HowToAgreement />
    </Empty>
  );
}

function HowToGage() {
  return (
    <>
      <p>
        No gage study was loaded. Ten parts, three operators, three trials, each a run of its own: one file says who
        measured, the other what.
      </p>
      <Command
        text={`operations.csv       measurements.csv
part,step,run,operator       part,step,run,parameter,value
G1,lab,1,A                   G1,lab,1,thickness,0.29
G1,lab,2,B                   G1,lab,2,thickness,0.08

npx fishbone ingest operations.csv measurements.csv`}
      />
    </>
  );
}

function HowToLinearity() {
  return (
    <>
      <p>
        No study of reference parts was loaded. Five parts that span the range, ten trials each; their reference values
        are measurements of the same parameter at another step.
      </p>
      <Command
        text={`measurements.csv
part,step,run,parameter,value
R1,metrology,1,width,2.00
R1,bench,1,width,2.7
R1,bench,2,width,2.5

npx fishbone ingest measurements.csv`}
      />
    </>
  );
}

function HowToAgreement() {
  return (
    <>
      <p>
        Nobody inspected anything yet. Several inspectors on the same parts can be compared, and each with reviewers.
      </p>
      <Command text="npx fishbone ingest inspections.csv" />
    </>
  );
}
