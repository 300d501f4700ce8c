/** A figure taken along: its rows as CSV, its drawing as SVG or PNG with the words that make it readable elsewhere. */
import type {Taken} from './parts/take-along.tsx';

/**
 * @param figure where the drawing is, and the words beside it
 * @returns what is to be said; null where the file says enough
 */
export async function take(
  as: 'csv' | 'svg' | 'png',
  {name, rows, asOf}: Pick<Taken, 'name' | 'rows' | 'asOf'>,
  {figure, plant}: {figure: Element | null; plant: string},
): Promise<string | null> {
  const file = `${name.replaceAll(/[^\w.-]+/g, '-')}-${asOf}.${as}`;
  if (as === 'csv') {
    download(file, new Blob([csvOf(rows)], {type: 'text/csv'}));
    return null;
  }
  const drawing = figure?.querySelector<SVGSVGElement>('svg.plot-drawing, svg.fishbone, svg.genealogy');
  if (!drawing) return 'View as chart first';
  // A figure without words of its own is what the page's headline speaks of.
  const wordsOf = (of: string, otherwise: string) =>
    (figure?.querySelector(of) ?? document.querySelector(otherwise))?.textContent ?? '';
  const drawn = svgOf(drawing, {
    title: wordsOf('figcaption h2', '.headline .finding-sentence'),
    subtitle: wordsOf('figcaption p', '.headline .subtitle'),
    source: `${plant}, batch ${asOf} · ${location.host}`,
  });
  const content = as === 'svg' ? new Blob([drawn.text], {type: 'image/svg+xml'}) : await pngOf(drawn).catch(() => null);
  if (content === null) return 'This browser cannot: take the SVG';
  download(file, content);
  return null;
}

type Cell = string | number | boolean | null | undefined;

/** Nested objects become `outer.inner`, lists are joined with semicolons. */
function flat(row: object, prefix = ''): [string, Cell][] {
  return Object.entries(row).flatMap(([name, value]: [string, unknown]): [string, Cell][] => {
    if (Array.isArray(value)) return [[prefix + name, value.join(';')]];
    if (typeof value === 'object' && value !== null) return flat(value, `${prefix}${name}.`);
    return [[prefix + name, value as Cell]];
  });
}

/** RFC 4180 with all digits; what is missing is empty; a text that a spreadsheet would run gets a quote mark in front. */
export function csvOf(rows: readonly object[]): string {
  const flattened = rows.map(row => new Map(flat(row)));
  const names = [...new Set(flattened.flatMap(row => [...row.keys()]))];
  const lines = flattened.map(row => names.map(name => csvCell(row.get(name))).join(','));
  return `${[names.map(csvCell).join(','), ...lines].join('\r\n')}\r\n`;
}

function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What style sheets say of an element, and a picture by itself has to say. */
const LOOKS = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'fill-opacity',
  'opacity',
].concat(['font-family', 'font-size', 'font-weight', 'font-variant-numeric', 'text-anchor', 'paint-order']);
const MARGIN = 24;
const SVG = 'http://www.w3.org/2000/svg';

/** The drawing as it looks now, with title, subtitle and source around it: a picture that speaks for itself. */
function svgOf(
  drawing: SVGSVGElement,
  words: {title: string; subtitle: string; source: string},
): {text: string; width: number; height: number} {
  const box = drawing.getBoundingClientRect();
  const {width: drawnWidth, height: drawnHeight} = drawing.viewBox.baseVal ?? box;
  const inner = drawing.cloneNode(true) as SVGSVGElement;
  const [shown, copied] = [drawing, inner].map(of => [of, ...of.querySelectorAll<SVGElement>('*')]);
  for (const [k, element] of shown.entries()) {
    const look = getComputedStyle(element);
    for (const name of LOOKS) copied[k].setAttribute(name, look.getPropertyValue(name));
    copied[k].removeAttribute('class');
  }
  const [width, inside] = [(drawnWidth || box.width) + 2 * MARGIN, drawnHeight || box.height];
  const style = getComputedStyle(drawing.ownerDocument.documentElement);
  const ink = (name: string) => style.getPropertyValue(name) && resolved(`var(${name})`, drawing);
  const outer = document.createElementNS(SVG, 'svg');
  const lines = wrapped(words.subtitle, width - 2 * MARGIN);
  const top = MARGIN + 28 + 18 * lines.length + 8;
  const height = top + inside + 40;
  for (const [name, value] of Object.entries({xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`}))
    outer.setAttribute(name, String(value));
  const text = (words: string, y: number, size: number, fill: string, weight = 400) => {
    const line = document.createElementNS(SVG, 'text');
    const look = {x: MARGIN, y, fill, 'font-size': size, 'font-weight': weight, 'font-family': style.fontFamily};
    for (const [name, value] of Object.entries(look)) line.setAttribute(name, String(value));
    line.textContent = words;
    return line;
  };
  const paper = document.createElementNS(SVG, 'rect');
  for (const [name, value] of Object.entries({width, height, fill: ink('--paper')}))
    paper.setAttribute(name, String(value));
  inner.setAttribute('x', String(MARGIN));
  inner.setAttribute('y', String(top));
  inner.setAttribute('width', String(width - 2 * MARGIN));
  inner.setAttribute('height', String(inside));
  outer.append(
    paper,
    text(words.title, MARGIN + 16, 18, ink('--ink'), 600),
    ...lines.map((line, k) => text(line, MARGIN + 40 + 18 * k, 12, ink('--ink-soft'))),
    inner,
    text(words.source, height - 14, 11, ink('--ink-faint')),
  );
  return {text: new XMLSerializer().serializeToString(outer), width, height};
}

/** A colour as it comes out in the theme that is shown. */
function resolved(value: string, within: SVGSVGElement): string {
  const probe = document.createElementNS(SVG, 'rect');
  probe.setAttribute('fill', value);
  within.append(probe);
  const {fill} = getComputedStyle(probe);
  probe.remove();
  return fill;
}

/** About 6.2 px a letter of 12 px. */
function wrapped(text: string, roomPx: number): string[] {
  const most = Math.max(20, Math.floor(roomPx / 6.2));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** Twice as fine as the screen, in the page's own font. @throws if the browser cannot draw it */
async function pngOf({text, width, height}: ReturnType<typeof svgOf>): Promise<Blob> {
  const {ownFonts} = await import('./own-font.ts');
  const drawn = text.replace('>', `><style>${await ownFonts()}</style>`);
  const address = URL.createObjectURL(new Blob([drawn], {type: 'image/svg+xml'}));
  try {
    const image = new Image(width * 2, height * 2);
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width * 2, height * 2];
    canvas.getContext('2d')!.drawImage(image, 0, 0, width * 2, height * 2);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error('the picture could not be made'))), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}

function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
