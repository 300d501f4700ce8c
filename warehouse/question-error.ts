/** A question that cannot be answered as it was put; the message says what is wrong or missing. */
export class QuestionError extends Error {
  readonly code = 'USAGE';
  override name = 'QuestionError';
  readonly hint?: string;

  constructor(message: string, {hint, cause}: {hint?: string; cause?: unknown} = {}) {
    super(message, cause === undefined ? undefined : {cause});
    this.hint = hint;
  }
}
