/** What is wrong with an input, in words for whoever wrote it; a schema that says it better is not asked. */
import {z} from 'zod';

z.config({customError: plainWords});

function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `is missing: ${kindOf(issue.expected)} is expected`;
      return `has to be ${kindOf(issue.expected)}, not ${shown(issue.input)}`;
    case 'invalid_value':
      return `has to be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}${
        issue.input === undefined ? '' : `, not ${shown(issue.input)}`
      }`;
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array')
        return Number(issue.minimum) === 1
          ? 'must not be empty'
          : `needs ${issue.minimum} ${issue.origin === 'string' ? 'characters ' : ''}at least`;
      return `has to be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}, not ${shown(issue.input)}`;
    case 'too_big':
      if (issue.origin === 'string') return `may have ${issue.maximum} characters at most`;
      if (issue.origin === 'array') return `may have ${issue.maximum} at most`;
      return `has to be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}, not ${shown(issue.input)}`;
    case 'invalid_union':
      return `${shown(issue.input)} is none of what is expected here`;
    case 'unrecognized_keys':
      return `${issue.keys.map(key => `"${key}"`).join(', ')} ${issue.keys.length === 1 ? 'is' : 'are'} not known here`;
    default:
      return undefined;
  }
}

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const kindOf = (expected: string) => KINDS[expected] ?? expected;

function shown(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'an object';
  return typeof input === 'string' && input.length > 60
    ? `"${input.slice(0, 60)}…"`
    : (JSON.stringify(input) ?? 'that');
}
