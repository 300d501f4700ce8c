import {type AnyMessage, type Driver, isResponse} from '../write-back/drivers/driver.ts';

/** A driver whose receiver is told persons by their names, where the ledger keeps pseudonyms. */
export function tellingDriver(driver: Driver, told: <T>(content: T) => T): Driver {
  const open = (message: AnyMessage): AnyMessage =>
    isResponse(message) ? {...message, content: told(message.content)} : message;
  return {
    isRepeatable: driver.isRepeatable,
    ...(driver.prepare && {prepare: (message, plan) => driver.prepare!(open(message), plan)}),
    send: (message, plan) => driver.send(open(message), plan),
    lookUp: (message, plan) => driver.lookUp(open(message), plan),
  };
}
