/** Something that was asked for by its id and is not in the warehouse. */
export class NotFound extends Error {
  readonly code = 'NOT_FOUND';
  override name = 'NotFound';
}
