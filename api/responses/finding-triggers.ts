import type {Finding} from '../../warehouse/answers.ts';
import type {GivenAnswer} from '../../warehouse/screening/findings.ts';
import {idOf} from './fail-triggers.ts';
import type {Trigger} from './judge.ts';
import type {FindingTrigger} from './settings.ts';

/** Findings of answers that a rule is about. */
export function findingTriggers(
  plant: string,
  rule: string,
  when: FindingTrigger,
  given: readonly GivenAnswer[],
): Trigger[] {
  return given.flatMap(({givenMs, answer}) =>
    answer.findings
      .filter(finding => isMeant(when, finding))
      .map(finding => {
        const {id, factor, level, threshold, branch, verdict, q, sentence, where} = finding;
        const about = {
          kind: 'finding',
          text: sentence,
          permalink: answer.permalink,
          finding: id,
          factor,
          level,
          branch,
          verdict,
          q,
          where,
          asOf: answer.asOf,
        };
        const cause = JSON.stringify([factor, level, threshold?.op ?? null]);
        const ms = Math.floor(givenMs);
        return {id: idOf(plant, rule, ['finding', id]), atMs: ms, cameMs: ms, batch: answer.asOf, keys: {cause}, about};
      }),
  );
}

function isMeant({verdict, qAtMost, branch}: FindingTrigger, finding: Finding): boolean {
  return verdict.includes(finding.verdict) && finding.q <= qAtMost && (branch ?? finding.branch) === finding.branch;
}
