/** Nothing to show: because there is nothing yet, or because the question lets nothing through; the way out of each. */
import type {ReactNode} from 'react';
import {usePlant} from '../api.ts';
import {count, counted} from '../format.ts';
import {inDays} from '../plant-day.ts';
import {useQuestion} from '../question.ts';
import {Command, Empty} from './answer.tsx';

interface Props {
  /** What would be there: "part was inspected". */
  what: string;
  /** What brings the first of it in. */
  command: string;
  children?: ReactNode;
}

export function Nothing({what, command, children}: Props) {
  const plant = usePlant().data;
  const {scope, change} = useQuestion();
  const restricted = (['product', 'from', 'to', 'where'] as const).filter(name => scope[name] !== undefined);
  if (restricted.length > 0 && plant !== undefined && plant.parts > 0) {
    return (
      <Empty title={`No ${what} in this scope`}>
        <p>
          The warehouse has {counted(plant.parts, 'part')}; the question above lets none of them through. It asks for
          parts with{' '}
          {restricted.map((name, k) => (
            <span key={name}>
              {k > 0 && ', '}
              {name} <code>{inDays(scope[name]!)}</code>
            </span>
          ))}
          .
        </p>
        <button type="button" onClick={() => change({product: null, from: null, to: null, where: null})}>
          Ask about everything
        </button>
      </Empty>
    );
  }
  return (
    <Empty title={plant?.parts === 0 ? 'The warehouse is empty' : `No ${what} yet`} command={command}>
      {children}
      {plant?.parts === 0 ? (
        <>
          <p>Bring in the first files, or let the demo make a plant:</p>
          <Command text="npx fishbone demo" />
        </>
      ) : (
        <p>There are {plant === undefined ? 'parts' : `${count(plant.parts)} parts`}; what is missing comes with:</p>
      )}
    </Empty>
  );
}
