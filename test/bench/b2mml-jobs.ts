import {closeSync, openSync, writeSync} from 'node:fs';

/** Writes responses of jobs, about 1,100 characters each: a part, a lot that goes into it, and two values. */
export function writeJobs(path: string, jobs: number): void {
  const file = openSync(path, 'wx');
  writeSync(file, '<JobResponseList xmlns="http://www.mesa.org/xml/B2MML">\n');
  let waiting = '';
  for (let job = 0; job < jobs; job++) {
    waiting += jobResponse(job);
    if (waiting.length < 1 << 20 && job < jobs - 1) continue;
    writeSync(file, waiting);
    waiting = '';
  }
  writeSync(file, '</JobResponseList>\n');
  closeSync(file);
}

function jobResponse(job: number): string {
  const time = (second: number) => new Date(Date.UTC(2026, 0, 5) + (job * 20 + second) * 1000).toISOString();
  const value = (id: string, amount: number) =>
    `<JobResponseData><ID>${id}</ID><Value><ValueString>${amount}</ValueString><DataType>decimal</DataType><UnitOfMeasure>kN</UnitOfMeasure></Value></JobResponseData>`;
  const quantity = '<Quantity><QuantityString>1</QuantityString><UnitOfMeasure>EA</UnitOfMeasure></Quantity>';
  const lot = Math.floor(job / 500);
  return `<JobResponse>
  <ID>R${job}</ID><StartTime>${time(0)}</StartTime><EndTime>${time(18)}</EndTime><JobOrderID>J${lot}</JobOrderID>
  <WorkMasterID>press</WorkMasterID><JobState>Completed</JobState>
  ${value('force', 12 + (job % 17) / 10)}
  ${value('way', 3 + (job % 13) / 10)}
  <EquipmentActual><EquipmentID>PRESS-${job % 3}</EquipmentID></EquipmentActual>
  <MaterialActual><MaterialDefinitionID>HOUSING</MaterialDefinitionID><MaterialLotID>H${lot}</MaterialLotID><MaterialUse>Consumed</MaterialUse>${quantity}</MaterialActual>
  <MaterialActual><MaterialDefinitionID>PUMP</MaterialDefinitionID><MaterialLotID>P${lot}</MaterialLotID><MaterialSubLotID>SN${job}</MaterialSubLotID><MaterialUse>Produced</MaterialUse>${quantity}</MaterialActual>
</JobResponse>
`;
}
