/** Several drawings as one, which is taken along as one picture. */
import {styledByPage} from './plot-element.ts';

/** What its panels are drawn with: the class of the whole would make each as wide as all. */
export const PANEL = 'plot-panel';

interface Placed {
  panel: Element;
  x: number;
  y: number;
}

export function beside(
  panels: readonly Placed[],
  {width, height, ariaLabel}: {width: number; height: number; ariaLabel: string},
): Element {
  const whole = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const looks = {class: 'plot-drawing', role: 'img', 'aria-label': ariaLabel, width, height};
  for (const [name, value] of Object.entries({...looks, viewBox: `0 0 ${width} ${height}`}))
    whole.setAttribute(name, String(value));
  for (const {panel, x, y} of panels) {
    for (const [name, value] of Object.entries({x, y, overflow: 'visible'})) panel.setAttribute(name, String(value));
    whole.append(styledByPage(panel));
  }
  return whole;
}
