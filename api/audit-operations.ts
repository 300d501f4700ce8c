/** Who asked what. */
import {AuditAnswer, AuditQuestion, readAudit} from './audit/read-audit.ts';
import {operation} from './operation.ts';

export const AUDIT_OPERATIONS = {
  audit: operation({
    summary: 'Who asked what, decided what and was refused what, the newest first',
    input: AuditQuestion,
    output: AuditAnswer,
    run: async (app, question) => {
      await app.audit.flush();
      return readAudit(app.warehouse.folder, question);
    },
  }),
};
