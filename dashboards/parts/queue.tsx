/** The quarantine as work: rows that are wrong in the same way, with one of them as it was sent, and what can be done. */
import {useState} from 'react';
import type {QueueGroup, RejectedRow} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {age, count, counted, moment} from '../format.ts';
import {useRejectedRows, useReplay, useSetAside} from '../supply-questions.ts';
import {useMayAct} from './alerts.tsx';
import {Answer, Command, ProblemNote} from './answer.tsx';
import {Decision} from './decision.tsx';
import {formText} from './form-text.ts';
import {Shortened} from './shortened.tsx';
import {nameOf} from './who.tsx';
import {Wide} from './wide.tsx';

const ROWS_SHOWN = 20;

export function Queue({groups}: {groups: QueueGroup[]}) {
  const [done, setDone] = useState(false);
  const todo = groups.filter(({state}) => state === 'open');
  const rest = groups.filter(({state}) => state !== 'open');
  return (
    <>
      {todo.length === 0 && <p>● Nothing waits here.</p>}
      <Groups groups={todo} />
      {rest.length > 0 && (
        <button type="button" className="quiet-button" aria-expanded={done} onClick={() => setDone(!done)}>
          {done ? 'Hide what is done' : `What is done: ${counted(rest.length, 'reason')}`}
        </button>
      )}
      {done && <Groups groups={rest} />}
    </>
  );
}

function Groups({groups}: {groups: QueueGroup[]}) {
  return (
    <Shortened items={groups} first={10}>
      {some => some.map(group => <Group key={group.id} group={group} />)}
    </Shortened>
  );
}

function Group({group}: {group: QueueGroup}) {
  const [open, setOpen] = useState(false);
  const timeZone = usePlant().data?.timeZone;
  const {unit, source, table, field, kind, replayed, setAside, fileCount, oldestAt, decided, example} = group;
  const others = [
    replayed > 0 ? `${count(replayed)} taken in since` : '',
    setAside > 0 ? `${count(setAside)} set aside` : '',
  ].filter(text => text !== '');
  return (
    <details className="quarantined" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        <b>{counted(group.open, unit)}</b> {field !== null && <code>{field}</code>} {kind}
        <small>
          {source}
          {table !== '' && `, ${table}`}
          {fileCount > 0 && `, in ${counted(fileCount, 'file')}`}
          {oldestAt !== null && `, for ${age(oldestAt)}`}
          {others.length > 0 && `; ${others.join(', ')}`}
        </small>
      </summary>
      {example && (
        <p>
          Such as {example.file}
          {example.line !== null && `, line ${example.line}`}: {example.reason}
          {unit === 'row' && <span className="sent"> {sentText(example)}</span>}
        </p>
      )}
      {decided && (
        <p className="subtitle">
          Set aside by {decided.by}, {moment(decided.at, timeZone)}: {decided.reason}
        </p>
      )}
      {open && (
        <>
          {group.open > 0 && (
            <p className="subtitle">What is mostly the way out: {group.advice}. With a mapping, on the command line:</p>
          )}
          {group.open > 0 && <Command text={`npx fishbone quarantine replay ${group.id} --mapping M.json`} />}
          <Actions group={group} />
          {unit === 'row' && group.open + setAside > 0 && <Rejected id={group.id} />}
        </>
      )}
    </details>
  );
}

function Actions({group}: {group: QueueGroup}) {
  const [dialog, setDialog] = useState<'set-aside' | 'reopen' | null>(null);
  const replay = useReplay(group.id);
  const mayAct = useMayAct();
  if (!mayAct) return null;
  return (
    <div className="queue-actions">
      {group.open > 0 && (
        <button type="button" disabled={replay.isPending} onClick={() => replay.mutate({})}>
          {replay.isPending ? 'Trying again …' : 'Try again as it is'}
        </button>
      )}
      {group.open > 0 && (
        <button type="button" onClick={() => setDialog('set-aside')}>
          Set aside …
        </button>
      )}
      {group.setAside > 0 && (
        <button type="button" onClick={() => setDialog('reopen')}>
          Take back …
        </button>
      )}
      {replay.error && <ProblemNote error={replay.error} />}
      {replay.data && (
        <ul role="status">
          {replay.data.map(({source, notices}, k) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: receipts of one replay do not move
            <li key={k}>
              {source}: {notices.at(-1)}
            </li>
          ))}
        </ul>
      )}
      {dialog && <Decide group={group} did={dialog} close={() => setDialog(null)} />}
    </div>
  );
}

function Decide({group, did, close}: {group: QueueGroup; did: 'set-aside' | 'reopen'; close: () => void}) {
  const change = useSetAside(group.id, did);
  const isAside = did === 'set-aside';
  return (
    <Decision
      title={isAside ? 'Set aside' : 'Take back'}
      act={isAside ? 'Set aside' : 'Take back'}
      busy={change.isPending}
      error={change.error}
      reason={isAside ? 'Why they will not be taken in' : 'Why they are to be done after all'}
      close={close}
      submit={form => change.mutate({reason: formText(form, 'reason'), by: nameOf(form)}, {onSuccess: close})}
    >
      <p>
        {counted(isAside ? group.open : group.setAside, group.unit)} of {group.source}: {group.kind}.{' '}
        {isAside && 'Nothing is thrown away; what comes later with the same reason is open again.'}
      </p>
    </Decision>
  );
}

function Rejected({id}: {id: string}) {
  const [offset, setOffset] = useState(0);
  return (
    <Answer query={useRejectedRows(id, {offset, limit: ROWS_SHOWN}, true)}>
      {({rows, total}) => (
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
                {rows.map(row => (
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
          {total > ROWS_SHOWN && (
            <p className="subtitle">
              {count(offset + 1)} to {count(offset + rows.length)} of {count(total)}{' '}
              <button type="button" disabled={offset === 0} onClick={() => setOffset(offset - ROWS_SHOWN)}>
                Earlier
              </button>{' '}
              <button
                type="button"
                disabled={offset + ROWS_SHOWN >= total}
                onClick={() => setOffset(offset + ROWS_SHOWN)}
              >
                Later
              </button>
            </p>
          )}
        </>
      )}
    </Answer>
  );
}

function sentText({row}: Pick<RejectedRow, 'row'>): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${value ?? ''}`)
    .join('  ');
}
