interface ChoiceProps {
  label: string;
  value: string;
  /** Value → what it is called. */
  choices: Record<string, string>;
  choose: (value: string) => void;
}

/** One of several, beside its label. A value that is none of them, out of an address, is shown as it is. */
export function Choice({label, value, choices, choose}: ChoiceProps) {
  return (
    <label className="choice">
      <span>{label}</span>
      <select value={value} onChange={event => choose(event.target.value)}>
        {Object.entries(value in choices ? choices : {...choices, [value]: value}).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
