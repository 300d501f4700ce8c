/** The reason for a decision: one of the plant's codes where it has a list, else any word, with some offered. */
import {useReasonCodes} from '../hold-questions.ts';

export function ReasonCode({kind}: {kind: 'hold' | 'release' | 'scrap'}) {
  const reasons = useReasonCodes().data?.[kind];
  if (reasons?.only)
    return (
      <label>
        <span>Reason code</span>
        <select key={kind} name="reason" required defaultValue="">
          <option value="" disabled>
            Choose …
          </option>
          {reasons.codes.map(({code, meaning}) => (
            <option key={code} value={code}>
              {code}: {meaning}
            </option>
          ))}
        </select>
      </label>
    );
  return (
    <label>
      <span>Reason code</span>
      <input name="reason" list={`reasons-${kind}`} required autoCapitalize="characters" spellCheck={false} />
      <datalist id={`reasons-${kind}`}>
        {reasons?.codes.map(({code, meaning}) => (
          <option key={code} value={code}>
            {meaning}
          </option>
        ))}
      </datalist>
    </label>
  );
}
