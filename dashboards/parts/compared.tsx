/** The figures that other tools print for a number, so that theirs and ours can be laid side by side. */
import type {Finding, ScreenAnswer} from '../../api/schemas.ts';
import {counted, difference, likewise, probability} from '../format.ts';

export function Compared({finding, cluster}: {finding: Finding; cluster: ScreenAnswer['question']['cluster']}) {
  const rows = [...meansRows(finding), ...gapRows(finding), ...areaRows(finding, cluster)];
  if (rows.length === 0) return null;
  return (
    <section className="compared" aria-labelledby="compared">
      <h3 id="compared">For comparison with other tools</h3>
      <p>
        <small>
          {finding.factor} alone: nothing is held fixed, and parts count as independent unless it says otherwise. The
          verdict rests on none of this.
        </small>
      </p>
      <dl className="numbers">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

type Row = [name: string, value: string];

function meansRows({means}: Finding): Row[] {
  // A finding of an earlier version may be without: it is shown as it was kept.
  if (means == null) return [];
  const group = ({n, mean, sd}: typeof means.defective) =>
    `${likewise(mean, means)} (sd ${likewise(sd, means)}, ${counted(n, 'part')})`;
  const {value, interval} = difference({...means, value: means.difference});
  return [
    ['mean of the defective', group(means.defective)],
    ['mean of the others', group(means.others)],
    ['difference, Welch', `${value} ${interval}, p ${probability(means.p)}`],
  ];
}

function gapRows({ks}: Finding): Row[] {
  return ks == null ? [] : [['Kolmogorov-Smirnov', `D ${ks.statistic.toFixed(3)}, p ${probability(ks.p)}`]];
}

function areaRows({auc, aucInterval}: Finding, cluster: 'lot' | 'part'): Row[] {
  if (auc === null) return [];
  if (aucInterval == null) return [['AUC', auc.toFixed(2)]];
  const interval = `${aucInterval.low.toFixed(2)} to ${aucInterval.high.toFixed(2)}`;
  return [
    ['AUC', `${auc.toFixed(2)} (${interval}, ${cluster === 'lot' ? 'lots as clusters' : 'parts as independent'})`],
  ];
}
