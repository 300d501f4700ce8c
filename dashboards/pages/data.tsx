/** Data: what came in, what was turned away and why, and the commands that put it right. */
import {useState} from 'react';
import type {BatchRow, QuarantinedBatch, RejectedRow, Unresolved} from '../../api/schemas.ts';
import {useBatches, usePlant, useQuarantine, useRejectedRows, useUnresolved} from '../api.ts';
import {age, count, counted, moment} from '../format.ts';
import {Answer, Command, Empty} from '../parts/answer.tsx';
import {Wide} from '../parts/wide.tsx';

const ROWS_SHOWN = 50;

export function Data() {
  return (
    <>
      <h1>Data</h1>
      <Freshness />
      <section>
        <h2>Quarantine</h2>
        <p className="subtitle">
          Rows that were turned away, with their reason. Nothing of them is lost: a replay takes them in.
        </p>
        <Answer query={useQuarantine()}>
          {({batches}) =>
            batches.length === 0 ? (
              <p>● No row waits here.</p>
            ) : (
              batches.map(batch => <Quarantined key={batch.id} batch={batch} />)
            )
          }
        </Answer>
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

function Quarantined({batch}: {batch: QuarantinedBatch}) {
  const [open, setOpen] = useState(false);
  const timeZone = usePlant().data?.timeZone;
  return (
    <details className="quarantined" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        <b>{batch.source}</b> {counted(batch.open, 'row')} waiting
        {batch.open < batch.rejected && <> of {count(batch.rejected)}</>}
        <small>
          batch <code>{batch.id}</code>, {moment(batch.at, timeZone)}
        </small>
      </summary>
      <ul>
        {batch.reasons.map(({field, reason, rows}) => (
          <li key={`${field} ${reason}`}>
            {counted(rows, 'row')}: {field && <code>{field}</code>} {reason}
          </li>
        ))}
      </ul>
      {open && <Rejected id={batch.id} />}
      <p className="subtitle">Once the cause is put right (a mapping, a missing table), replay them:</p>
      <Command text={`npx fishbone quarantine replay ${batch.id}`} />
    </details>
  );
}

function Rejected({id}: {id: string}) {
  return (
    <Answer query={useRejectedRows(id, true)}>
      {({rows}) => (
        <>
          <Wide label={`Rejected rows of ${id}`}>
            <table>
              <thead>
                <tr>
                  <th>file</th>
                  <th className="number">line</th>
                  <th>table</th>
                  <th>field</th>
                  <th>reason</th>
                  <th>as it was sent</th>
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, ROWS_SHOWN).map(row => (
                  <tr key={`${row.source} ${row.line} ${row.table} ${row.field} ${row.reason}`}>
                    <td>{row.source}</td>
                    <td className="number">{row.line ?? '–'}</td>
                    <td>{row.table}</td>
                    <td>{row.field ?? '–'}</td>
                    <td>{row.reason}</td>
                    <td className="sent">{sentText(row)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
          {rows.length > ROWS_SHOWN && <p className="subtitle">and {count(rows.length - ROWS_SHOWN)} more</p>}
        </>
      )}
    </Answer>
  );
}

function sentText({row}: RejectedRow): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${value ?? ''}`)
    .join('  ');
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
                  <td>{r.what}</td>
                  <td className="number">{count(r.rows)}</td>
                  <td className="number">{count(r.ids)}</td>
                  <td>{r.examples.join(', ')}</td>
                  <td className="number">{r.batch}</td>
                  <td>{r.source}</td>
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
              <tr key={batch.batch}>
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
