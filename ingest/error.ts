/** A file or mapping that cannot be used: one sentence that says what, where and what to do. */
export class IngestError extends Error {
  readonly code = 'FILE_UNUSABLE';
  override readonly name = 'IngestError';
}
