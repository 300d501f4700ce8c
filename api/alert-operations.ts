/** Alerts about the supply of data; what control charts signal is asked by `alarms`. */
import {z} from 'zod';
import {Alert, AlertAnswer, AlertQuestion} from '../warehouse/alert-answers.ts';
import {decided, operation} from './operation.ts';

const Text = z.string().trim().min(1);

export const ALERT_OPERATIONS = {
  alerts: operation({
    summary: 'Alerts about the supply of data: rejects, drift, gaps. (Signals of control charts are alarms.)',
    input: AlertQuestion.strict(),
    output: AlertAnswer,
    run: (app, question) => app.alerts.list(question),
  }),
  'alert.close': operation({
    summary: 'Closes an alert, with the reason; when its condition is over it closes by itself',
    input: z.strictObject({
      id: Text,
      reason: Text.describe('what came of it'),
      by: Text.optional().describe('who decides; a key proves it, otherwise it is self-declared'),
    }),
    output: Alert,
    run: (app, {id, reason, by}, caller) => app.alerts.close(id, {reason, ...decided(by, caller)}),
  }),
} as const;
