import {fileURLToPath} from 'node:url';
import {build} from 'vite';

const CHARTS = ['pareto', 'pareto-compared', 'rate-by-level', 'control-chart', 'outcome-histogram', 'time-strip']
  .concat(['trend-on-wall', 'gage-components', 'gage-plots', 'gage-control', 'linearity-line', 'agreement-intervals'])
  .map(name => `${name}.ts`);

/** The charts alone, as one script that the page's own policy lets in. */
export async function bundledCharts(): Promise<string> {
  const entry = 'virtual:charts';
  const file = (name: string) =>
    JSON.stringify(fileURLToPath(new URL(`../../dashboards/charts/${name}`, import.meta.url)));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'charts-entry',
        resolveId: id => (id === entry ? `\0${entry}` : null),
        load: id => (id === `\0${entry}` ? CHARTS.map(name => `export * from ${file(name)};`).join('') : null),
      },
    ],
    build: {
      write: false,
      minify: false,
      rolldownOptions: {input: entry, preserveEntrySignatures: 'strict', output: {format: 'iife', name: 'charts'}},
    },
  });
  const [{output}] = Array.isArray(result) ? result : [result as Extract<typeof result, {output: unknown}>];
  return output[0].code;
}
