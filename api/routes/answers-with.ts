import type {Operation} from '../operation.ts';
import {OPERATIONS, type OperationName} from '../operations.ts';
import {Problem} from '../problem.ts';

/** The documentation of a route that answers as an operation does. */
export function answersWith(name: OperationName) {
  const {summary, output} = OPERATIONS[name] as Operation;
  return {summary, response: {200: output, '4xx': Problem}};
}
