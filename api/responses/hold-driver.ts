/** The receiver within: proposes holds, which people decide on. */
import {NotFound} from '../../warehouse/not-found.ts';
import type {Driver, Outcome, ResponseMessage} from '../write-back/drivers/driver.ts';
import {isResponse} from '../write-back/drivers/driver.ts';

/**
 * @param propose contains and proposes; the hold keeps the message's id
 * @param isProposed whether a hold was proposed by a message
 */
export function holdDriver(
  propose: (message: ResponseMessage) => Promise<unknown>,
  isProposed: (id: string) => boolean,
): Driver {
  return {
    send: async (message): Promise<Outcome> => {
      if (!isResponse(message)) return {is: 'rejected', why: 'only response rules propose holds here'};
      if (isProposed(message.id)) return {is: 'acknowledged'};
      try {
        await propose(message);
        return {is: 'acknowledged'};
      } catch (error) {
        const {message: why, code} = error as Error & {code?: string};
        // Nothing is known by then: the decision is the last that is written.
        const isFinal =
          error instanceof NotFound || code === 'HOLD_INCOMPLETE' || code === 'HOLD_REASON_UNKNOWN' || code === 'USAGE';
        return {is: isFinal ? 'rejected' : 'not-delivered', why};
      }
    },
    lookUp: async ({id}) => ({is: isProposed(id) ? 'known' : 'unknown'}),
  };
}
