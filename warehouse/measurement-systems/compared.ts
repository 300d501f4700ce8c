/** What two said of the same parts: how often they agree, beyond chance, and how often the one is right by the other. */
import type {Interval} from '../answers.ts';
import type {AgreementAnswer} from '../msa-answers.ts';
import {clopperPearson} from '../statistics/clopper-pearson.ts';
import {cohenKappa} from '../statistics/cohen-kappa.ts';

/** How often the first and the second said so. */
export interface Counts extends Record<string, unknown> {
  fail_fail: number;
  fail_pass: number;
  pass_fail: number;
  pass_pass: number;
}

type Compared = Omit<AgreementAnswer['pairs'][number], 'first' | 'second'>;

export function compare({fail_fail, fail_pass, pass_fail, pass_pass}: Counts): Compared {
  const kappa = cohenKappa([
    [fail_fail, fail_pass],
    [pass_fail, pass_pass],
  ]);
  const decisions = fail_fail + fail_pass + pass_fail + pass_pass;
  const agree = fail_fail + pass_pass;
  const agreement = share(agree, decisions);
  return {
    decisions,
    agree,
    agreement,
    kappa: kappa === null ? null : bounded(kappa, agreement.low),
    table: {failFail: fail_fail, failPass: fail_pass, passFail: pass_fail, passPass: pass_pass},
  };
}

/** Where all decisions agree the standard error is 0 however few they are: the bound then follows from that of the agreement. */
function bounded(
  {value, standardError, low, high, observed, expected}: NonNullable<ReturnType<typeof cohenKappa>>,
  least: number,
): NonNullable<Compared['kappa']> {
  return {value, standardError, low: observed === 1 ? (least - expected) / (1 - expected) : low, high};
}

/** The second is the truth: a fail is bad. Null where there is nothing of the kind. */
export function judgedRight({fail_fail, fail_pass, pass_fail, pass_pass}: Counts) {
  const rate = (count: number, others: number) => (count + others === 0 ? null : share(count, count + others));
  return {
    sensitivity: rate(fail_fail, pass_fail),
    specificity: rate(pass_pass, fail_pass),
    ppv: rate(fail_fail, fail_pass),
    npv: rate(pass_pass, pass_fail),
    missRate: rate(pass_fail, fail_fail),
    falseAlarmRate: rate(fail_pass, pass_pass),
  };
}

export const share = (count: number, n: number): Interval => ({value: count / n, ...clopperPearson(count, n)});
