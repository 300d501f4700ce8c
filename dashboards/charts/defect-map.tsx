/** Where defects fall: a grid of cells that can be chosen, alone or as a region, by mouse and by keyboard. */
import {type KeyboardEvent, useRef, useState} from 'react';
import type {DefectMapAnswer} from '../../api/schemas.ts';
import {count, counted} from '../format.ts';
import {type Cell, type Region, regionOf, shadeOf} from './defect-region.ts';

interface Props {
  map: DefectMapAnswer['maps'][number];
  region: Region | null;
  choose: (region: Region | null) => void;
}

export function DefectMapChart({map, region, choose}: Props) {
  const {columns, rows, cell, cells} = map;
  const [cursor, setCursor] = useState<Cell>({column: 0, row: 0});
  /** Where a region began that is being drawn. */
  const from = useRef<Cell | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const parts = new Map(cells.map(c => [`${c.column} ${c.row}`, c.parts]));
  const most = Math.max(1, ...cells.map(c => c.parts));
  const isIn = ({column, row}: Cell) =>
    region !== null && column >= region.left && column <= region.right && row >= region.top && row <= region.bottom;

  const extend = (to: Cell) => choose(regionOf(from.current ?? to, to));
  const onKey = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (event.key === 'Escape') return choose(null);
    if (event.key === 'Shift') {
      from.current ??= cursor;
      return;
    }
    if (step === undefined) return;
    event.preventDefault();
    const next = {
      column: Math.max(0, Math.min(columns - 1, cursor.column + step[0])),
      row: Math.max(0, Math.min(rows - 1, cursor.row + step[1])),
    };
    setCursor(next);
    if (event.shiftKey) extend(next);
    else from.current = null;
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.column} ${next.row}"]`)?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the cells are buttons; arrow keys only move between them
    <div
      className="defect-map"
      ref={grid}
      style={{gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`}}
      onKeyDown={onKey}
      onPointerLeave={() => {
        from.current = null;
      }}
    >
      {Array.from({length: rows * columns}, (_, k) => {
        const here = {column: k % columns, row: Math.floor(k / columns)};
        const n = parts.get(`${here.column} ${here.row}`) ?? 0;
        const isCursor = here.column === cursor.column && here.row === cursor.row;
        return (
          <button
            type="button"
            key={`${here.column} ${here.row}`}
            data-cell={`${here.column} ${here.row}`}
            data-shade={shadeOf(n, most)}
            tabIndex={isCursor ? 0 : -1}
            aria-pressed={isIn(here)}
            aria-label={`x from ${short(here.column * cell)}, y from ${short(here.row * cell)}: ${counted(n, 'part')}`}
            onFocus={() => setCursor(here)}
            onPointerDown={event => {
              event.currentTarget.releasePointerCapture(event.pointerId);
              if (!event.shiftKey || from.current === null) from.current = here;
            }}
            onPointerEnter={event => event.buttons === 1 && from.current !== null && extend(here)}
            onClick={() => extend(here)}
          >
            {n > 0 ? count(n) : ''}
          </button>
        );
      })}
    </div>
  );
}

const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const short = (value: number) => String(Number(value.toFixed(3)));
