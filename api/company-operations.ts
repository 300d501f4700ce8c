import {resolve} from 'node:path';
import {CompanyAnswer, CompanyQuestion} from '../warehouse/engines/answers.ts';
import {askCompany} from '../warehouse/engines/ask-company.ts';
import {FishboneError} from './errors.ts';
import {operation} from './operation.ts';
import {readSecret} from './secret-file.ts';

export const COMPANY_OPERATIONS = {
  company: operation({
    summary:
      'A question of one plant, asked of all plants that publish into one place, on the engine that is configured',
    input: CompanyQuestion,
    output: CompanyAnswer,
    run: ({config}, question, {signal}) => {
      if (config.company === undefined)
        throw new FishboneError('USAGE', 'no place is configured that the plants of a company publish into', {
          hint: 'say in fishbone.json: "company": {"place": "..."}',
        });
      const readPassword = (path: string) => readSecret(resolve(config.folder, path));
      return askCompany(config.company, question, {signal, store: config.store, readPassword});
    },
  }),
};
