/** Published studies as a plant sends them: files to be ingested. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {bearings, gaskets, sizes} from '../statistics/gage-data.ts';

/** AIAG's gaskets and reference parts. @returns writes another file beside them */
export function writeGageStudies(folder: string): (name: string, lines: string[]) => void {
  mkdirSync(folder, {recursive: true});
  const write = (name: string, lines: string[]) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  const runs = gaskets.flatMap((row, i) =>
    row.flatMap((cell, j) => cell.map((value, k) => [`G${i + 1}`, 'lab', 3 * k + j + 1, 'ABC'[j], value] as const)),
  );
  write('operations.csv', [
    'part,step,run,operator',
    ...runs.map(([part, step, run, by]) => [part, step, run, by].join()),
  ]);
  write('measurements.csv', [
    'part,step,run,parameter,value',
    ...runs.map(([part, step, run, , value]) => [part, step, run, 'thickness', value].join()),
  ]);
  write('measurements.linearity.csv', [
    'part,step,run,parameter,value',
    ...Object.entries(sizes).flatMap(([size, values], i) => [
      `R${i + 1},metrology,1,width,${size}`,
      ...values.map((value, k) => `R${i + 1},bench,${k + 1},width,${value}`),
    ]),
  ]);
  return write;
}

/** And the limits of the gaskets, and the decisions on JASP's bearings, some reviewed. */
export function writeStudies(folder: string): void {
  const write = writeGageStudies(folder);
  write('parameters.csv', ['parameter,step,lsl,usl,unit', 'thickness,lab,-4,4,mm']);
  // A reviewer looked at what EG said in the first trial: by the reference.
  const truth = bearings.reference.split(' ');
  write('inspections.csv', [
    'inspection,part,inspected_at,step,inspector,result,verification',
    ...Object.entries(bearings).flatMap(([inspector, text]) =>
      text.split(' ').flatMap((decisions, i) =>
        Array.from(decisions, (decision, k) => {
          const at = new Date(Date.UTC(2024, 0, 1, k, i)).toISOString();
          const reviewed = inspector === 'EG' && k === 0;
          const verification = !reviewed ? 'unverified' : decision === truth[i] ? 'confirmed' : 'rejected';
          const result = decision === 'Y' ? 'pass' : 'fail';
          return `${inspector}-${i}-${k},B${i + 1},${at},visual,${inspector},${result},${verification}`;
        }),
      ),
    ),
  ]);
}
