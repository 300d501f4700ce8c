import {nearNames} from '../../warehouse/near-names.ts';
import {FishboneError} from '../errors.ts';
import {type ReceiverConfig, takenBy} from '../write-back/drivers/drivers.ts';
import {unfilled} from '../write-back/drivers/http.ts';
import {impossible} from '../write-back/drivers/opcua-settings.ts';
import {WITHIN} from '../write-back/response-entries.ts';
import type {Rule} from './settings.ts';

/**
 * Whether every action of every rule has a receiver that can take it.
 * @param where what the rules are written in, such as the path of a file
 * @throws FishboneError CONFIGURATION_INVALID with the place
 */
export function checkRules(
  rules: Readonly<Record<string, Rule>>,
  receivers: Readonly<Record<string, ReceiverConfig>>,
  where: string,
): void {
  const refuse = (place: string, why: string, hint = 'correct it, then try again') => {
    throw new FishboneError('CONFIGURATION_INVALID', `${where}: ${place}: ${why}`, {hint});
  };
  if (WITHIN in receivers) refuse(`receivers.${WITHIN}`, 'is the name of Fishbone itself', 'give it another name');
  for (const [name, {then}] of Object.entries(rules))
    for (const [k, action] of then.entries()) {
      if (action.do === 'hold') continue;
      const place = `responses.${name}.then.${k}`;
      if (!Object.hasOwn(receivers, action.to)) {
        const near = nearNames(action.to, Object.keys(receivers));
        const known = Object.keys(receivers).join(', ') || 'none';
        const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the receivers are: ${known}`;
        refuse(`${place}.to`, `there is no receiver "${action.to}"`, hint);
      }
      const receiver = receivers[action.to];
      if (receiver.driver === 'http' && action.do !== 'adjust') {
        const words = unfilled(receiver, action.do);
        if (words.length > 0)
          refuse(place, `receiver ${action.to}: no value for ${words.join(', ')}`, 'give them in its "values"');
      }
      if (action.do === 'adjust' && receiver.driver === 'opcua') {
        const never = impossible(receiver, action);
        if (never !== null) refuse(place, never);
      }
      const taken = takenBy(receiver);
      if (!taken.includes(action.do))
        refuse(
          `${place}.to`,
          `receiver ${action.to} (${receiver.driver}) takes no ${action.do}`,
          taken.length > 0 ? `it takes ${taken.join(', ')}` : 'use another receiver',
        );
    }
}
