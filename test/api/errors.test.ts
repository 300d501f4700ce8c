import {expect, test} from 'vitest';
import {asFishboneError, FishboneError} from '../../api/errors.ts';
import {LedgerWriteFailed} from '../../warehouse/ledger.ts';
import {QuestionError} from '../../warehouse/question-error.ts';

test('an error of the catalogue stays itself, with status, exit code, hint and cause', () => {
  const cause = new Error('because');
  const error = new FishboneError('HOLD_NOT_FOUND', 'there is no hold H-1', {hint: 'see hold list', cause});
  expect(asFishboneError(error)).toBe(error);
  expect(error).toMatchObject({code: 'HOLD_NOT_FOUND', status: 404, exitCode: 1, hint: 'see hold list', cause});
});

test('errors from below are found by their code; anything else is internal and keeps its cause', () => {
  const full = new LedgerWriteFailed('no space left');
  expect(asFishboneError(full)).toMatchObject({
    code: 'LEDGER_WRITE_FAILED',
    status: 507,
    message: 'no space left',
    cause: full,
  });
  const future = new QuestionError('position 9 is not reached yet', {hint: 'ask for an earlier one'});
  expect(asFishboneError(future)).toMatchObject({code: 'USAGE', status: 400, hint: 'ask for an earlier one'});
  for (const code of ['constructor', 'toString']) {
    expect(asFishboneError(Object.assign(new Error('odd'), {code})).code).toBe('INTERNAL');
  }
  const foreign = Object.assign(new Error('gone'), {code: 'ENOENT'});
  expect(asFishboneError(foreign)).toMatchObject({code: 'INTERNAL', status: 500, exitCode: 1, cause: foreign});
  expect(asFishboneError('text')).toMatchObject({code: 'INTERNAL', message: 'text', cause: 'text'});
});
