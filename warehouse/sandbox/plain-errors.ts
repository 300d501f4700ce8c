/** What the engine says about a query, for whoever wrote it. */
import {Refusal} from './check.ts';
import type {Job, Told} from './job.ts';

/** As the engine tells errors with `errors_as_json`. */
interface EngineError {
  exception_type: string;
  exception_message: string;
  position?: string;
  candidates?: string;
}

/** Errors that are about what was asked, not about how this place works. */
const OF_MEMORY = /out of memory|bad allocation|bad_alloc|could not allocate|max_temp_directory_size/i;

export function explained(error: unknown, {memoryLimitMb}: Pick<Job, 'memoryLimitMb'>): Told {
  if (error instanceof Refusal) {
    const {message, hint, position} = error;
    return {refused: {message, hint, position}};
  }
  const {exception_type: type, exception_message: message, position, candidates} = parsed(error);
  if (type === 'Out of Memory' || OF_MEMORY.test(message)) {
    return {
      stopped: {
        message: `the query needs more than the ${memoryLimitMb} MB that it may use`,
        hint: 'ask for fewer rows or columns, or aggregate earlier; sql.memoryMb in fishbone.json raises the limit',
      },
    };
  }
  const hint = candidates && !/did you mean|candidate/i.test(message) ? `did you mean ${candidates}?` : undefined;
  return {refused: {message: message.trim(), hint, position: position === undefined ? null : Number(position)}};
}

function parsed(error: unknown): EngineError {
  const text = error instanceof Error ? error.message : String(error);
  const [json] = /\{.*\}/s.exec(text.split('\n  in: ')[0]) ?? [];
  if (json !== undefined) {
    try {
      const told = JSON.parse(json) as Partial<EngineError>;
      if (typeof told.exception_message === 'string') return {exception_type: '', ...told} as EngineError;
    } catch {
      // Not told as JSON: the text itself says it.
    }
  }
  return {exception_type: '', exception_message: text};
}
