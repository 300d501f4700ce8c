/** Investigate: what acts on the outcome, drawn as a fishbone, ranked in a table, and opened one by one. */
import '../style/fishbone.css';
import '../style/pages.css';
import '../style/holds.css';
import {useRef, useState} from 'react';
import type {Branch, Finding, ScreenAnswer} from '../../api/schemas.ts';
import {usePareto, useScreen} from '../api.ts';
import {Fishbone} from '../charts/fishbone.tsx';
import {FishboneList} from '../charts/fishbone-list.tsx';
import {count, counted, unbroken} from '../format.ts';
import {Answer, Empty} from '../parts/answer.tsx';
import {useWidth} from '../parts/chart-figure.tsx';
import {FindingPanel} from '../parts/finding-panel.tsx';
import {FindingsTable} from '../parts/findings-table.tsx';
import {Glimpse} from '../parts/glimpse.tsx';
import {Heading} from '../parts/heading.tsx';
import {Nothing} from '../parts/nothing.tsx';
import {TakeAlong} from '../parts/take-along.tsx';
import {useQuestion, withParams} from '../question.ts';

/** Narrower than this a fishbone would be a riddle: the indented list says the same. */
const LEAST_DRAWN_PX = 700;

export function Investigate() {
  const {question} = useQuestion();
  const query = useScreen(question);
  return (
    <>
      <Heading name="Investigate" />
      <Answer query={query}>{answer => <Investigation answer={answer} />}</Answer>
    </>
  );
}

function Investigation({answer}: {answer: ScreenAnswer}) {
  const {params, outcome} = useQuestion();
  const {population, question} = answer;
  if (population.parts === 0)
    return <Nothing what="part was inspected" command="npx fishbone ingest parts.csv inspections.csv defects.csv" />;
  if (question.measurement === undefined && population.defective === 0) {
    return (
      <Empty title={`No part with ${outcome} in this scope`} command="npx fishbone pareto">
        <p>{counted(population.parts, 'part')} inspected. Choose another outcome above, or widen the question.</p>
        {question.notes.map(note => (
          <p key={note}>{asSentence(note)}</p>
        ))}
      </Empty>
    );
  }
  const selected = answer.findings.find(({id}) => id === params.get('finding')) ?? null;
  return (
    <>
      <Headline answer={answer} />
      <Diagram answer={answer} />
      <div className={selected ? 'evidence with-panel' : 'evidence'}>
        {/* First also for the keyboard: what was opened is what one came for. */}
        {selected && <FindingPanel key={selected.id} finding={selected} answer={answer} />}
        <FindingsTable answer={answer} />
      </div>
    </>
  );
}

/** The best finding says it; without a claim, that is what is said. */
function Headline({answer}: {answer: ScreenAnswer}) {
  const {question, population, tests} = answer;
  const best = answer.findings.find(isClaim);
  return (
    <header className="headline">
      <p className="finding-sentence">
        {best
          ? unbroken(best.sentence)
          : `Nothing that was recorded ${apart(question)}: ${counted(answer.findings.length, 'factor')} tested.`}
      </p>
      <p className="subtitle">
        {counted(tests, 'test')} of {counted(answer.findings.length, 'factor')} on {counted(population.parts, 'part')}
        {population.lots > 0 && ` in ${counted(population.lots, 'lot')}`}, clustered by {question.cluster}
        {question.strata.length > 0 && `, compared within ${question.strata.join(' and ')}`}
        {question.given && ', the finding that was asked about held fixed'}; claims hold a false discovery rate of 5 %.
        {question.notes.length > 0 && ` ${question.notes.map(asSentence).join(' ')}`}
      </p>
      {question.against !== undefined && best === undefined && (
        <p className="subtitle">
          Lots are the unit: a selection of few lots can seldom be told from chance. What they went through stands in
          their traces.
        </p>
      )}
      {[question.defect, question.measurement, question.against].every(other => other === undefined) && <Narrower />}
    </header>
  );
}

/** All failures together hide what only one defect has: the most frequent one is offered as a question of its own. */
function Narrower() {
  const {scope, href} = useQuestion();
  const pareto = usePareto({...scope, by: 'defect', top: 2}).data;
  const most = pareto?.bars.find(({key}) => key !== NOT_NAMED);
  if (!pareto || !most || most.parts === pareto.basis.defectiveParts) return null;
  return (
    <p className="subtitle">
      Narrower: <a href={href('/investigate', {defect: most.key})}>what causes {most.key}</a>, the most frequent defect,
      on {count(most.parts)} of {counted(pareto.basis.defectiveParts, 'failing part')}.
    </p>
  );
}

const NOT_NAMED = '(not named)';

function apart({measurement, against}: ScreenAnswer['question']): string {
  if (measurement !== undefined) return `goes with ${measurement}`;
  return against === undefined ? 'sets the failing parts apart' : 'sets the two selections apart';
}

function isClaim({q, verdict}: Finding): boolean {
  return q <= 0.05 && (verdict === 'supported' || verdict === 'ambiguous');
}

function asSentence(note: string): string {
  const text = note[0].toUpperCase() + note.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function Diagram({answer}: {answer: ScreenAnswer}) {
  const {params, outcome, change} = useQuestion();
  const [ref, width] = useWidth<HTMLDivElement>();
  const figure = useRef<HTMLElement>(null);
  const [pointed, setPointed] = useState<{finding: Finding; x: number; y: number} | null>(null);
  const unfolded = new Set((params.get('unfold') ?? '').split(',').filter(Boolean)) as Set<Branch>;
  const selected = params.get('finding');
  const address = (changes: Record<string, string | null>) => `/investigate?${withParams(params, changes)}`;
  const links = {
    answer,
    unfolded,
    selected,
    findingHref: ({id}: Finding) => address({finding: id === selected ? null : id}),
    unfoldHref: (branch: Branch) => {
      const next = unfolded.has(branch) ? [...unfolded].filter(other => other !== branch) : [...unfolded, branch];
      return address({unfold: next.join(',')});
    },
  };
  return (
    <section
      className="diagram-room"
      aria-label="Fishbone"
      ref={figure}
      onKeyDown={event => {
        if (event.key === 'Escape' && !(event.target as Element).closest('dialog')) change({finding: null});
      }}
    >
      <div className="diagram" ref={ref}>
        {width >= LEAST_DRAWN_PX && (
          <>
            <Fishbone {...links} outcome={outcome} width={width} onPoint={setPointed} />
            {pointed && <Glimpse key={pointed.finding.id} {...pointed} roomPx={width} answer={answer} />}
          </>
        )}
        {width > 0 && width < LEAST_DRAWN_PX && (
          <>
            <p className="list-head">
              <b>{outcome}</b>{' '}
              {answer.question.measurement === undefined && `${count(answer.population.defective)} of `}
              {counted(answer.population.parts, 'part')}
            </p>
            <FishboneList {...links} />
          </>
        )}
      </div>
      <TakeAlong
        taken={{name: `fishbone-${outcome}`, rows: answer.findings, asOf: answer.asOf, asked: null}}
        figure={figure}
      />
    </section>
  );
}
