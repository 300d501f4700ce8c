/** The shapes that cross the HTTP border, for those who may know nothing of what lies behind it. */
export * from '../warehouse/alert-answers.ts';
export * from '../warehouse/answers.ts';
export * from '../warehouse/boundary-answers.ts';
export * from '../warehouse/capability-answers.ts';
export * from '../warehouse/chart-answers.ts';
export * from '../warehouse/data-answers.ts';
export * from '../warehouse/drift-answers.ts';
export * from '../warehouse/hold-answers.ts';
export * from '../warehouse/inspector-answers.ts';
export * from '../warehouse/item-answers.ts';
export * from '../warehouse/live-answers.ts';
export * from '../warehouse/msa-answers.ts';
export * from '../warehouse/pareto-answers.ts';
export * from '../warehouse/plot-answers.ts';
export * from '../warehouse/query-answers.ts';
export * from '../warehouse/statement-answers.ts';
export * from './access/session-answer.ts';
