/** Figures as Prometheus reads them. @see https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4) */

export interface Sample {
  labels?: Record<string, string>;
  value: number;
  /** `_bucket`, `_sum` and `_count` of a histogram. */
  suffix?: string;
}

export interface Family {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  samples: Sample[];
}

export const MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function exposition(families: readonly Family[]): string {
  return families
    .filter(({samples}) => samples.length > 0)
    .map(({name, type, help, samples}) => {
      const lines = samples.map(
        sample => `${name}${sample.suffix ?? ''}${labelsOf(sample)} ${numberOf(sample.value)}\n`,
      );
      return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

/** A family of one figure. */
export function figure(name: string, type: 'counter' | 'gauge', help: string, value: number): Family {
  return {name, type, help, samples: [{value}]};
}

function labelsOf({labels = {}}: Sample): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function numberOf(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
