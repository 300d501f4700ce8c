import type {OutputOf} from '../../operations.ts';
import {bold, counted, paragraphs} from './layout.ts';
import {ingestedText, receiptsText} from './records.ts';

type Mapped = OutputOf<'map'>;

/** What was found, what it would take, and what is left to be answered. */
export function mappedText(
  {mapping, lines, questions, refused, notes, dryRun}: Mapped,
  file: string,
  out?: string,
): string {
  const unsure = lines.filter(({confidence}) => confidence < UNSURE).sort((a, b) => a.confidence - b.confidence);
  return paragraphs(
    refused.length > 0 ? bold('The file cannot be mapped as it is.') : '',
    refused.map(sentence => `  ${sentence}\n`).join(''),
    questions.length > 0
      ? bold(`${counted(questions.length, 'thing')} cannot be known from the file. Answer, and map again:`)
      : '',
    ...questions.map(questionText),
    notes.map(note => `  ${note}\n`).join(''),
    mapping !== null && unsure.length > 0
      ? `Look at these lines first:\n${unsure
          .slice(0, 8)
          .map(({place, confidence, why}) => `  ${confidence.toFixed(2)}  ${place}: ${why}\n`)
          .join('')}`
      : '',
    dryRun ? `${bold('What it would take')}\n${receiptsText([dryRun])}${ingestedText([dryRun], 0)}` : '',
    mapping === null
      ? ''
      : `${out ? `Written to ${out}. ` : ''}Read it, then: fishbone ingest ${file} --mapping ${out ?? 'FILE'}`,
  );
}

/** Lines below this are worth a look before any other. */
const UNSURE = 0.75;

export function questionText({key, ask, why, options}: Mapped['questions'][number]): string {
  const answers = options.map(({answer, means}) => `    --answer ${quoted(`${key}=${answer}`)}  ${means}\n`);
  return `  ${ask}\n    (${why})\n${answers.join('') || `    --answer ${quoted(`${key}=...`)}\n`}`;
}

/** As a shell takes it. */
const quoted = (text: string): string => (/^[\w.,=:/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
