/** Drawing over a chart with the mouse chooses a stretch of points, a click one; sliders below do the same from the keyboard. */
import type * as Plot from '@observablehq/plot';

const SVG = 'http://www.w3.org/2000/svg';
/** Less is a click. */
const LEAST_PX = 8;

interface Placed {
  place: number;
  at: string | null;
}

/** @param choose.span is told when the first chosen point began, and when the first one after them did (null at the end) */
export function letChoose<R extends Placed>(
  drawing: (SVGSVGElement | HTMLElement) & Plot.Plot,
  rows: readonly R[],
  choose: {span: (from: string, to: string | null) => void; toggle: (row: R) => void},
): void {
  const scale = drawing.scale('x');
  if (!scale?.invert || !(drawing instanceof SVGSVGElement)) return;
  const placeAt = (x: number) => Number(scale.invert?.(x));
  const band = document.createElementNS(SVG, 'rect');
  for (const [name, value] of [
    ['class', 'brush'],
    ['y', '0'],
    ['height', String(drawing.height.baseVal.value)],
    ['width', '0'],
  ])
    band.setAttribute(name, value);
  let start: number | null = null;
  const xOf = (event: PointerEvent) => {
    const {left, width} = drawing.getBoundingClientRect();
    return ((event.clientX - left) * drawing.width.baseVal.value) / width;
  };
  drawing.addEventListener(
    'pointerdown',
    event => {
      if (
        event.pointerType !== 'mouse' ||
        event.button !== 0 ||
        event.ctrlKey ||
        (event.target as Element).closest('a')
      )
        return;
      start = xOf(event);
      drawing.setPointerCapture(event.pointerId);
    },
    // The reading of values holds on to the press, and lets nobody else hear of it.
    {capture: true},
  );
  drawing.addEventListener('pointermove', event => {
    if (start === null) return;
    const [from, to] = [start, xOf(event)].sort((a, b) => a - b);
    band.setAttribute('x', String(from));
    band.setAttribute('width', String(to - from));
    if (to - from >= LEAST_PX) drawing.append(band);
  });
  drawing.addEventListener('pointerup', event => {
    if (start === null) return;
    const [from, to] = [start, xOf(event)].sort((a, b) => a - b);
    start = null;
    band.remove();
    if (to - from < LEAST_PX) {
      const row = nearest(rows, placeAt(from));
      if (row) choose.toggle(row);
      return;
    }
    const span = chosen(rows, placeAt(from), placeAt(to));
    if (span) choose.span(span.from, span.to);
  });
  drawing.addEventListener('pointercancel', () => {
    start = null;
    band.remove();
  });
}

/** The point at a place, which has one place to itself. */
function nearest<R extends Placed>(rows: readonly R[], place: number): R | undefined {
  return rows.find(row => Math.abs(row.place - place) <= 0.5);
}

/** The times of the points between two places; null where there are none, or none with a time. */
export function chosen(rows: readonly Placed[], low: number, high: number): {from: string; to: string | null} | null {
  const first = rows.find(({place}) => place >= low);
  const after = rows.find(({place}) => place > high);
  if (!first?.at || first.place > high) return null;
  return {from: first.at, to: after?.at ?? null};
}
