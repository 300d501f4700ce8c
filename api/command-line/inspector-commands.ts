import {resolve} from 'node:path';
import {type Command, InvalidArgumentError, Option} from 'commander';
import type {
  ChallengeQuestion,
  DefectMapQuestion,
  InspectionListQuestion,
  QueueQuestion,
  ReviewListQuestion,
  ScoreDriftQuestion,
  ThresholdQuestion,
} from '../../warehouse/inspector-answers.ts';
import {
  challengeText,
  defectMapText,
  inspectionsText,
  inspectionText,
  queueText,
  referenceText,
  reviewsText,
  reviewText,
  scoreDriftText,
  thresholdsText,
} from './print/inspectors.ts';
import {anyNumber, type Common, type Terminal, wholeNumber, withCommon, withScope} from './terminal.ts';

type Said = Common & {by?: string; defect?: string; reason?: string; sampled?: number};

export function inspectorCommands(program: Command, terminal: Terminal): void {
  reviewCommands(program, terminal);

  const list = program.command('inspections').description('inspections with their defects and reviews');
  withPlace(withScope(list.command('list', {isDefault: true})))
    .description('the newest first')
    .option('--inspector <name>', 'only this one: model@version or a person')
    .option('--defect <code>', 'with this defect')
    .addOption(new Option('--result <result>').choices(['pass', 'fail', 'error']))
    .addOption(new Option('--verification <said>').choices(['unverified', 'confirmed', 'rejected']))
    .option('--limit <n>', 'at most so many (24)', wholeNumber)
    .option('--offset <n>', 'after so many', wholeNumber)
    .action(({warehouse, json, ...question}: Common & InspectionListQuestion) =>
      terminal.tell({warehouse, json}, 'inspection.list', question, inspectionsText),
    );
  withCommon(list.command('show'))
    .argument('<id>')
    .description('one inspection with what reviewers said of it')
    .action((id: string, {warehouse, json}: Common) =>
      terminal.tell({warehouse, json}, 'inspection.show', {id}, inspectionText),
    );
  withScope(list.command('map'))
    .description('where on the part defects fall: parts by the middle of their main defect')
    .option('--defect <code>', 'of this defect')
    .option('--station <station>', 'inspected there')
    .option('--inspector <name>', 'by this one')
    .option('--columns <n>', 'cells from left to right (12)', wholeNumber)
    .action(({warehouse, json, ...question}: Common & DefectMapQuestion) =>
      terminal.tell({warehouse, json}, 'defect.map', question, defectMapText),
    );

  const inspectors = program
    .command('inspectors')
    .description('are inspectors right, and are they still what they were?');
  withPlace(withScope(inspectors.command('thresholds')))
    .argument('<inspector>', 'model@version')
    .description('what yield, false calls and escapes would be at other thresholds')
    .option('--at <thresholds>', 'with commas, such as 0.3,0.7', shares)
    .action((inspector: string, {warehouse, json, ...question}: Common & Omit<ThresholdQuestion, 'inspector'>) =>
      terminal.tell({warehouse, json}, 'thresholds', {inspector, ...question}, thresholdsText),
    );
  withPlace(withScope(inspectors.command('challenge')))
    .argument('<champion>', 'the one that decides now')
    .argument('<challenger>', 'the one that may take its place')
    .description('two inspectors, such as versions of a model, on the same images or parts')
    .option('--limit <n>', 'differing cases that are listed (24)', wholeNumber)
    .action(
      (
        champion: string,
        challenger: string,
        {warehouse, json, ...question}: Common & Omit<ChallengeQuestion, 'champion' | 'challenger'>,
      ) => terminal.tell({warehouse, json}, 'challenge', {champion, challenger, ...question}, challengeText),
    );
  withCommon(inspectors.command('reference'))
    .argument('<image...>', 'images, folders of images, and patterns')
    .requiredOption('--model <name>', 'a model of the warehouse or of Fishbone by its name, or the path of its folder')
    .option('--on <name>', 'what the card is to call these images', 'images of the plant')
    .description('what images look like to a model: "reference" for its card.json, which drift is told by')
    .action((paths: string[], {warehouse, json, model, on}: Common & {model: string; on: string}) => {
      const input = {paths: paths.map(path => resolve(path)), model: /[\\/]/.test(model) ? resolve(model) : model, on};
      return terminal.tell({warehouse, json}, 'model.reference', input, referenceText);
    });
  withPlace(withCommon(inspectors.command('drift')))
    .description('whether scores and images are still what they were in the first lots, and what the card says')
    .option('--as-of <position>', 'as it was after this batch', wholeNumber)
    .option('--product <product>', 'parts of this product only')
    .option('--where <expression>', 'filter')
    .option('--inspector <name>', 'only this one')
    .option('--reference <lots>', 'its first lots (30)', wholeNumber)
    .option('--newest <lots>', 'that are compared with these (10)', wholeNumber)
    .action(({warehouse, json, ...question}: Common & ScoreDriftQuestion) =>
      terminal.tell({warehouse, json}, 'scores.drift', question, scoreDriftText),
    );
}

function reviewCommands(program: Command, terminal: Terminal): void {
  const review = program.command('review').description("reviewers' word on what inspectors decided");
  withCommon(review.command('list', {isDefault: true}))
    .description('what reviewers said, the newest first, and how far they agree')
    .option('--as-of <position>', 'as it was after this batch', wholeNumber)
    .option('--inspection <id>', 'of this inspection')
    .option('--reviewer <name>', 'of this person')
    .option('--limit <n>', 'at most so many (100)', wholeNumber)
    .action(({warehouse, json, ...question}: Common & ReviewListQuestion) =>
      terminal.tell({warehouse, json}, 'review.list', question, reviewsText),
    );
  withPlace(withScope(review.command('next')))
    .description('what should be reviewed next: a random sample, most of what the inspector was not sure of')
    .option('--inspector <name>', 'of this one only')
    .option('--passes <share>', 'share of the sure passes that is drawn (as configured: 0.02)', anyNumber)
    .option('--fails <share>', 'share of the sure fails that is drawn (as configured: 0.25)', anyNumber)
    .option('--second', 'what others reviewed, for a second opinion')
    .option('--reviewer <name>', 'leaves out what this person reviewed')
    .option('--limit <n>', 'at most so many (20)', wholeNumber)
    .action(({warehouse, json, ...question}: Common & QueueQuestion) =>
      terminal.tell({warehouse, json}, 'review.queue', question, queueText),
    );
  for (const [name, verdict, what] of [
    ['agree', 'agree', 'the result of the inspection is right'],
    ['disagree', 'disagree', 'a fail is a good part, or a pass a bad one'],
    ['withdraw', 'withdrawn', 'takes back what the same person said'],
  ] as const) {
    const command = withCommon(review.command(name))
      .argument('<id>', 'the inspection')
      .description(what)
      .option('--by <name>', 'who reviews')
      .option('--reason <text>', 'why');
    if (verdict !== 'withdrawn') {
      command
        .option('--defect <code>', 'the true defect')
        .option('--sampled <probability>', 'as "review next" said, if it offered this one', anyNumber);
    }
    command.action((inspection: string, {warehouse, json, ...said}: Said) =>
      terminal.tell({warehouse, json}, 'review', {inspection, verdict, ...said}, reviewText),
    );
  }
}

const withPlace = (command: Command): Command =>
  command.option('--station <station>', 'inspections there').option('--step <step>', 'inspections at this step');

function shares(text: string): number[] {
  return text.split(',').map(item => {
    const value = anyNumber(item);
    if (value < 0 || value > 1) throw new InvalidArgumentError('A threshold lies between 0 and 1.');
    return value;
  });
}
