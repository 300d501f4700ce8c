/** A reader of Prometheus' text format, strict as its own parser is. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */

export interface ReadSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|(?=\}))/;
const VALUE = /^ (NaN|[+-]?Inf|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)( -?\d+)?$/i;

/** @throws for a line that Prometheus would refuse, and for what it takes but warns of: families torn apart, samples twice */
export function readExposition(text: string): {samples: ReadSample[]; types: Map<string, string>} {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const finished = new Set<string>();
  const seen = new Set<string>();
  const samples: ReadSample[] = [];
  let family = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([^ ]+) (.*)$/.exec(line);
    if (comment) {
      const [, what, name, rest] = comment;
      if (name !== family) {
        finished.add(family);
        if (finished.has(name)) throw new Error(`${name} comes in two places`);
        family = name;
      }
      if (what === 'HELP' && helped.has(name)) throw new Error(`${name} has two HELP lines`);
      if (what === 'HELP') helped.add(name);
      else if (!/^(counter|gauge|histogram|summary|untyped)$/.test(rest) || types.has(name))
        throw new Error(`bad TYPE: ${line}`);
      else types.set(name, rest);
      continue;
    }
    const sample = readSample(line);
    const base = types.get(family) === 'histogram' ? sample.name.replace(/_(bucket|sum|count)$/, '') : sample.name;
    if (base !== family) throw new Error(`${sample.name} is not of ${family}`);
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
    if (seen.has(key)) throw new Error(`${line} comes twice`);
    seen.add(key);
    samples.push(sample);
  }
  for (const [name, type] of types) if (type === 'histogram') checkHistogram(name, samples);
  return {samples, types};
}

function readSample(line: string): ReadSample {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith('{')) {
    rest = rest.slice(1);
    for (let label = LABEL.exec(rest); label; label = LABEL.exec(rest)) {
      labels[label[1]] = label[2].replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
      rest = rest.slice(label[0].length);
    }
    if (!rest.startsWith('}')) throw new Error(`bad labels: ${line}`);
    rest = rest.slice(1);
  }
  const value = VALUE.exec(rest)?.[1];
  if (value === undefined) throw new Error(`bad value: ${line}`);
  return {name, labels, value: Number(value.replace(/inf$/i, 'Infinity'))};
}

/** Buckets rise, and the last is the count. */
function checkHistogram(name: string, samples: readonly ReadSample[]): void {
  const series = new Map<string, {bounds: [number, number][]; count?: number; sum?: number}>();
  for (const {name: full, labels, value} of samples) {
    if (!full.startsWith(name)) continue;
    const {le, ...others} = labels;
    const key = JSON.stringify(others);
    const known = series.get(key) ?? {bounds: []};
    if (full === `${name}_bucket`) known.bounds.push([le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), value]);
    if (full === `${name}_count`) known.count = value;
    if (full === `${name}_sum`) known.sum = value;
    series.set(key, known);
  }
  for (const [key, {bounds, count, sum}] of series) {
    const rises = bounds.every(([le, value], k) => k === 0 || (le > bounds[k - 1][0] && value >= bounds[k - 1][1]));
    const [last, all] = bounds.at(-1) ?? [];
    if (!rises || last !== Number.POSITIVE_INFINITY || all !== count || sum === undefined)
      throw new Error(`${name}${key} is no histogram`);
  }
}
