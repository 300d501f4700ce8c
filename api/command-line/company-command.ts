import {join, resolve} from 'node:path';
import type {Command} from 'commander';
import {CompanyQuestion} from '../../warehouse/engines/answers.ts';
import {askCompany, BROUGHT} from '../../warehouse/engines/ask-company.ts';
import {isBucket} from '../../warehouse/publish/bucket.ts';
import {readConfig, warehouseFolder} from '../config.ts';
import {FishboneError} from '../errors.ts';
import {readSecret} from '../secret-file.ts';
import {companyText} from './print/company.ts';
import {type Common, nameList, type Terminal, wholeNumber, withCommon} from './terminal.ts';

interface Asked extends Common {
  place?: string;
  [field: string]: unknown;
}

/** Needs no warehouse: only its configuration, and that only where neither place nor engine are said. */
export function companyCommand(program: Command, terminal: Terminal): void {
  const company = program.command('company').description('asks all plants that publish into one place');
  const ask = async (question: Record<string, unknown>, {warehouse, json, place, ...more}: Asked) => {
    const folder = warehouseFolder(warehouse);
    const {company: configured, store} = await readConfig(folder);
    const where = place === undefined || isBucket(place) ? (place ?? configured?.place) : resolve(place);
    if (where === undefined)
      throw new FishboneError('USAGE', 'which place do the plants publish into?', {
        hint: 'give --place FOLDER (or s3://BUCKET/PREFIX), or say in fishbone.json: "company": {"place": "..."}',
      });
    const settings = {engines: {}, brought: join(folder, BROUGHT), ...configured, place: where};
    const readPassword = (path: string) => readSecret(resolve(folder, path));
    const stopping = new AbortController();
    const stop = () => stopping.abort();
    process.once('SIGINT', stop);
    try {
      const asked = CompanyQuestion.parse({...question, ...more});
      terminal.print(
        json,
        await askCompany(settings, asked, {readPassword, store, signal: stopping.signal}),
        companyText,
      );
    } finally {
      process.off('SIGINT', stop);
    }
  };
  const of = (name: string, description: string) =>
    withCommon(company.command(name))
      .description(description)
      .option('--place <place>', 'a folder or s3://bucket/prefix that the plants publish into; else the configured one')
      .option('--engine <name>', 'duckdb, or one that is configured')
      .option('--plants <plants>', 'only these, with commas', nameList)
      .option('--before <time>', 'only what was published until then');
  const scoped = (command: Command) =>
    command
      .option('--product <product>')
      .option('--from <time>', 'inspected from then on')
      .option('--to <time>', 'inspected before then')
      .option('--where <filter>', "such as: bore.tool = 'T7' and part.plant = 'oslo'");

  of('plants', 'which plants have published, and how far').action((asked: Asked) => ask({question: 'plants'}, asked));
  scoped(of('pareto', 'what costs most, over all plants'))
    .option('--by <what>', 'defect, product, station, plant, or a factor whose values are names')
    .option('--defect <code>')
    .option('--weight <weight>', 'count, ppm, severity or cost')
    .option('--top <bars>', 'so many bars, the rest as one', wholeNumber)
    .action((asked: Asked) => ask({question: 'pareto'}, asked));
  scoped(of('yield', 'first-pass and rolled, over all plants'))
    .option('--step <step>')
    .option('--by <what>', 'step, product, plant, or a factor whose values are names')
    .action((asked: Asked) => ask({question: 'yield'}, asked));
  scoped(of('chart', 'a control chart over all plants').argument('<parameter>', 'or a defect code, or any-fail'))
    .requiredOption('--kind <kind>', 'all but t2')
    .option('--subgroup <by>', 'lot, hour, or so many in a row', subgroup)
    .option('--baseline <from..to>')
    .option('--rules <rules>')
    .option('--last <points>', 'lists the newest', wholeNumber)
    .action((parameter: string, asked: Asked) => ask({question: 'chart', parameter}, asked));
  scoped(of('capability', 'Cp to Cpm over all plants').argument('<parameter>'))
    .option('--lsl <limit>', 'lower limit', Number)
    .option('--usl <limit>', 'upper limit', Number)
    .option('--target <value>', 'target', Number)
    .option('--subgroup <by>', 'lot, hour, or so many in a row', subgroup)
    .action((parameter: string, asked: Asked) => ask({question: 'capability', parameter}, asked));
  scoped(of('screen', 'ranked causes over all plants'))
    .option('--defect <code>')
    .option('--any-fail')
    .option('--measurement <parameter>')
    .option('--cluster <unit>', 'lot or part')
    .option('--strata <factors>', 'with commas; part.product by default', nameList)
    .option('--top <findings>', 'so many are told', wholeNumber)
    .action((asked: Asked) => ask({question: 'screen'}, asked));
  of('trace', 'what an item was made from and where it went')
    .argument('<id>', 'plant/id where several plants have it')
    .option('--kind <kind>', 'part or lot')
    .action((id: string, asked: Asked) => ask({question: 'trace', id}, asked));
  scoped(of('contain', 'which parts and lots a suspicion reaches').argument('<target>', 'a lot, or a filter')).action(
    (target: string, asked: Asked) => ask({question: 'contain', target}, asked),
  );
}

const subgroup = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);
