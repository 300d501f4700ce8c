/** Data: what came in, what was turned away and why, and the commands that put it right. */
import '../style/pages.css';
import '../style/holds.css';
import type {BatchRow, Unresolved} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {age, count, counted, moment} from '../format.ts';
import {Alerts} from '../parts/alerts.tsx';
import {Answer, Empty} from '../parts/answer.tsx';
import {Heading} from '../parts/heading.tsx';
import {Queue} from '../parts/queue.tsx';
import {Supply} from '../parts/supply.tsx';
import {Wide} from '../parts/wide.tsx';
import {useBatches, useQuarantine, useUnresolved} from '../supply-questions.ts';

export function Data() {
  return (
    <>
      <Heading name="Data">Data</Heading>
      <Freshness />
      <Alerts />
      <Supply />
      <section id="quarantine">
        <h2>Quarantine</h2>
        <p className="subtitle">
          Rows that were turned away, by what is wrong with them, the most first. Nothing of them is lost: a replay
          takes them in.
        </p>
        <Answer query={useQuarantine()}>{({groups}) => <Queue groups={groups} />}</Answer>
      </section>
      <section>
        <h2>Unresolved</h2>
        <p className="subtitle">
          What rows refer to and nobody described yet, by file. It goes by itself when the rest arrives.
        </p>
        <Answer query={useUnresolved()}>{answer => <References {...answer} />}</Answer>
      </section>
      <section>
        <h2>Batches</h2>
        <p className="subtitle">Every batch that was accepted, the newest first; its number is the data position.</p>
        <Answer query={useBatches()}>
          {({batches}) =>
            batches.length === 0 ? (
              <Empty
                title="The warehouse is empty"
                command="npx fishbone ingest parts.csv operations.csv inspections.csv defects.csv"
              >
                <p>Bring in the first files. Columns are in the README of ingest/; other layouts take --mapping.</p>
              </Empty>
            ) : (
              <Batches batches={batches} />
            )
          }
        </Answer>
      </section>
    </>
  );
}

function Freshness() {
  const plant = usePlant().data;
  if (!plant) return null;
  return (
    <p className="subtitle">
      {plant.plant}: {counted(plant.parts, 'part')};{' '}
      {plant.newestInspectionAt === null
        ? 'nothing inspected yet'
        : `newest inspection ${moment(plant.newestInspectionAt, plant.timeZone)}, ${age(plant.newestInspectionAt)} ago`}
      . Times are those of {plant.timeZone}.
      {plant.problems.map(problem => (
        <strong key={problem} role="alert">
          {' '}
          The archive has lost something: {problem}.
        </strong>
      ))}
    </p>
  );
}

function References({references, lookAlikes}: Unresolved) {
  return (
    <>
      {references.length === 0 ? (
        <p>● Everything that is referred to is described.</p>
      ) : (
        <Wide label="Unresolved">
          <table>
            <thead>
              <tr>
                <th>table</th>
                <th>refers to</th>
                <th className="number">rows</th>
                <th className="number">ids</th>
                <th>such as</th>
                <th className="number">batch</th>
                <th>source</th>
              </tr>
            </thead>
            <tbody>
              {references.map(r => (
                <tr key={`${r.table} ${r.what} ${r.batch}`}>
                  <td>{r.table}</td>
                  <td className="wraps">{r.what}</td>
                  <td className="number">{count(r.rows)}</td>
                  <td className="number">{count(r.ids)}</td>
                  <td>{r.examples.join(', ')}</td>
                  <td className="number">{r.batch}</td>
                  <td className="wraps">{r.source}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {lookAlikes.map(({kind, ids}) => (
        <p key={`${kind} ${ids[0]}`}>
          {kind} {ids.map(id => `“${id}”`).join(' and ')} differ only by case or white space: kept as {ids.length}
        </p>
      ))}
    </>
  );
}

function Batches({batches}: {batches: BatchRow[]}) {
  const timeZone = usePlant().data?.timeZone;
  return (
    <Wide label="Batches">
      <table>
        <thead>
          <tr>
            <th className="number">batch</th>
            <th>at</th>
            <th>source</th>
            <th className="number">accepted</th>
            <th className="number">rejected</th>
            <th>digest</th>
          </tr>
        </thead>
        <tbody>
          {batches
            .toSorted((a, b) => b.batch - a.batch)
            .map(batch => (
              <tr key={batch.batch} id={`batch-${batch.batch}`}>
                <td className="number">{batch.batch}</td>
                <td>{moment(batch.at, timeZone)}</td>
                <td>
                  {batch.source}
                  {batch.gone.length > 0 && <small> by rule no longer kept: {batch.gone.join(', ')}</small>}
                </td>
                <td className="number">{count(batch.accepted)}</td>
                <td className="number">{batch.rejected > 0 ? count(batch.rejected) : '–'}</td>
                <td>
                  <code title={batch.digest}>{batch.digest.slice(0, 12)}</code>
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </Wide>
  );
}
