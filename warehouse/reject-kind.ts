/**
 * Makes the session's macro `reject_kind(reason)`: the reason without what was sent, so that rows which are wrong in the same way count as one
 * kind: what is quoted at the end, what is quoted elsewhere, and numbers and times that stand for themselves.
 */
export const REJECT_KIND = `create or replace temp macro reject_kind(reason) as
  regexp_replace(
    regexp_replace(
      regexp_replace(reason, ': ".*"$', '', 's'),
      '"[^"]*"', '…', 'g'),
    '(^|[\\s(:<>=])-?[0-9][0-9A-Za-z.,:+-]*([ T][0-9]{1,2}:[0-9:.+Z-]+)?', '\\1…', 'g')`;
