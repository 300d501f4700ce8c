/** Measurement systems: which studies there are, and what one of them says of a gage or of inspectors. */
import '../style/capability.css';
import '../style/measurement.css';
import type {StudiesAnswer} from '../../api/schemas.ts';
import {count, counted, cut} from '../format.ts';
import {agreementHref, gageHref, linearityHref, PATH, useStudies} from '../measurement-questions.ts';
import {AgreementStudy} from '../parts/agreement-study.tsx';
import {Answer, Command, Empty} from '../parts/answer.tsx';
import {GageStudy} from '../parts/gage-study.tsx';
import {Heading} from '../parts/heading.tsx';
import {LinearityStudy} from '../parts/linearity-study.tsx';
import {StudyTable, useTableKey} from '../parts/study-figure.tsx';
import {useQuestion} from '../question.ts';

export function Measurement() {
  const {params} = useQuestion();
  useTableKey();
  const study = params.get('study');
  const parameter = params.get('parameter');
  return (
    <>
      <Heading name={named(study, parameter)} />
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

function named(study: string | null, parameter: string | null): string {
  if (study === 'gage' && parameter) return `Gage study of ${parameter}`;
  if (study === 'linearity' && parameter) return `Bias and linearity of ${parameter}`;
  return study === 'agreement' ? 'Agreement of inspectors' : 'Measurement systems';
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
          {counted(all, 'study', 'studies')} of gages and {counted(agreement.length, 'step')} with inspectors: all there
          are, whatever the bar above is set to.
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

interface StudyLinkProps {
  name: string;
  changes: Record<string, string | null>;
  where?: string | null;
  note?: string;
}

/** The way to a study, with what tells it apart from others of the same name. */
function StudyLink({name, changes, where = null, note}: StudyLinkProps) {
  const {href} = useQuestion();
  return (
    <>
      <a href={href(PATH, changes)}>{name}</a>
      {where !== null && (
        <small>
          {' '}
          <code>{where}</code>
        </small>
      )}
      {note && <small> {note}</small>}
    </>
  );
}

function GageList({gage}: Pick<StudiesAnswer, 'gage'>) {
  return (
    <StudyTable
      label="Gage R&R studies"
      names={['parameter', 'by', 'parts', 'trials', 'values']}
      texts={2}
      rows={gage.map(study => [
        <StudyLink
          key="study"
          name={study.parameter}
          changes={gageHref(study)}
          where={study.where}
          note={study.balanced ? undefined : 'not balanced'}
        />,
        counted(study.appraisers, study.appraiser),
        count(study.parts),
        count(study.trials),
        count(study.values),
      ])}
    />
  );
}

function LinearityList({linearity}: Pick<StudiesAnswer, 'linearity'>) {
  return (
    <StudyTable
      label="Studies of bias and linearity"
      names={['parameter', 'reference', 'parts', 'range', 'values']}
      texts={2}
      rows={linearity.map(study => [
        <StudyLink key="study" name={study.parameter} changes={linearityHref(study)} where={study.where} />,
        study.reference,
        count(study.parts),
        `${cut(study.smallest)} to ${cut(study.largest)}`,
        count(study.values),
      ])}
    />
  );
}

function AgreementList({agreement}: Pick<StudiesAnswer, 'agreement'>) {
  return (
    <StudyTable
      label="Inspectors by step"
      names={['inspected at', 'inspectors', 'reviewed', 'decisions']}
      rows={agreement.map(study => [
        <StudyLink key="study" name={study.step ?? 'no step'} changes={agreementHref(study)} />,
        count(study.inspectors),
        count(study.reviewed),
        count(study.decisions),
      ])}
    />
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
        text={`operations.csv               measurements.csv
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
