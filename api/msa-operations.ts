/** What is asked of measurement systems: which studies there are, and what each of them says. */
import {agreement} from '../warehouse/measurement-systems/agreement.ts';
import {gage} from '../warehouse/measurement-systems/gage.ts';
import {linearity} from '../warehouse/measurement-systems/linearity.ts';
import {studies} from '../warehouse/measurement-systems/studies.ts';
import {
  AgreementAnswer,
  AgreementQuestion,
  GageAnswer,
  GageQuestion,
  LinearityAnswer,
  LinearityQuestion,
  StudiesAnswer,
  StudiesQuestion,
} from '../warehouse/msa-answers.ts';
import {operation} from './operation.ts';

export const MSA_OPERATIONS = {
  studies: operation({
    summary: 'Which studies of measurement systems there are: gage R&R, bias and linearity, attribute agreement',
    input: StudiesQuestion.strict(),
    output: StudiesAnswer,
    run: (app, question) => studies(app.warehouse, question),
  }),
  gage: operation({
    summary: 'Gage R&R: how much of what a gage shows comes from the gage and those who use it',
    input: GageQuestion.strict(),
    output: GageAnswer,
    run: (app, question) => gage(app.warehouse, question),
  }),
  linearity: operation({
    summary: 'Bias and linearity: how far off a gage is from reference parts, and whether that changes with their size',
    input: LinearityQuestion.strict(),
    output: LinearityAnswer,
    run: (app, question) => linearity(app.warehouse, question),
  }),
  agreement: operation({
    summary:
      'How far inspectors, models among them, agree with each other and with reviewers; rates corrected for their errors',
    input: AgreementQuestion.strict(),
    output: AgreementAnswer,
    run: (app, question) => agreement(app.warehouse, question),
  }),
} as const;
