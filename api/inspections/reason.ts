/** The first line of what an error says. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.split('\n')[0] : String(error);
