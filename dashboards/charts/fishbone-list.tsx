/** The fishbone as an indented list that says the same: for narrow screens, for screen readers, and for paper. */
import type {Branch, Finding, ScreenAnswer} from '../../api/schemas.ts';
import {counted, words} from '../format.ts';
import {type Bone, EVIDENCE_CAP, type Rib, ribsOf} from './ribs.ts';

interface Props {
  answer: Pick<ScreenAnswer, 'findings' | 'notTested'>;
  selected: string | null;
  unfolded: ReadonlySet<Branch>;
  findingHref: (finding: Finding) => string;
  unfoldHref: (branch: Branch) => string;
}

export function FishboneList({answer, ...links}: Props) {
  return (
    <ul className="fishbone-list">
      {ribsOf(answer).map(rib => (
        <RibItem key={rib.branch} rib={rib} {...links} />
      ))}
    </ul>
  );
}

function RibItem({rib, selected, unfolded, findingHref, unfoldHref}: Omit<Props, 'answer'> & {rib: Rib}) {
  const tested = rib.bones.length + rib.quiet.length + rib.undecided.length + rib.explained.length;
  return (
    <li>
      <strong>{words(rib.branch)}</strong> <small>{tested === 0 ? 'nothing tested' : `${tested} tested`}</small>
      <ul>
        {rib.bones.map(bone => (
          <BoneItem key={bone.finding.id} bone={bone} selected={selected} findingHref={findingHref} />
        ))}
        {rib.explained.map(finding => (
          <li key={finding.id}>
            <a href={findingHref(finding)}>{finding.factor}</a>, explained by {finding.explainedBy}
          </li>
        ))}
        {rib.undecided.length > 0 && <li className="faint">{rib.undecided.length} tested, cannot tell</li>}
        {rib.quiet.length > 0 && (
          <li className="faint">
            <a href={unfoldHref(rib.branch)} aria-expanded={unfolded.has(rib.branch)}>
              {rib.quiet.length} tested, no evidence
            </a>
            {unfolded.has(rib.branch) && <p>{rib.quiet.map(({factor}) => factor).join(', ')}</p>}
          </li>
        )}
        {rib.notTested.length > 0 && (
          <li className="faint dotted">
            {counted(rib.notTested.length, 'factor')} not tested: {rib.notTested.map(({factor}) => factor).join(', ')}
          </li>
        )}
        {tested + rib.notTested.length === 0 && <li className="faint dotted">nothing measured</li>}
      </ul>
    </li>
  );
}

function BoneItem({bone, selected, findingHref}: {bone: Bone} & Pick<Props, 'selected' | 'findingHref'>) {
  const {finding} = bone;
  return (
    <li>
      <a href={findingHref(finding)} aria-current={selected === finding.id || undefined}>
        <span className="list-label">{bone.label}</span>
        <span className="list-figure">
          {bone.set && <span className="set">{bone.set}</span>} {bone.figure}
        </span>
        <meter min={0} max={EVIDENCE_CAP} value={bone.evidence} aria-label="evidence" />
      </a>
      {bone.twigs.length > 0 && (
        <ul>
          {bone.twigs.map(twig => (
            <li key={twig.finding.id} className="faint">
              <a href={findingHref(twig.finding)}>{twig.text}</a>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
