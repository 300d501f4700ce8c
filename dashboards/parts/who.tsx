/** Who acts: the name of the key where there are keys, else a name that one declares and that this browser remembers. */
import {usePlant} from '../api.ts';
import {formText} from './form-text.ts';

const NAME = 'fishbone-name';

export function NameField() {
  const access = usePlant().data?.access;
  if (access?.mode === 'keys') {
    return (
      <p className="subtitle">
        Recorded as <b>{access.name}</b>.
      </p>
    );
  }
  return (
    <label>
      <span>Your name, self-declared and recorded as such</span>
      <input name="by" required autoComplete="name" defaultValue={localStorage.getItem(NAME) ?? ''} />
    </label>
  );
}

/** The name given in a form, remembered for the next one; undefined where the server knows it. */
export function nameOf(form: FormData): string | undefined {
  const by = formText(form, 'by');
  if (!by) return undefined;
  localStorage.setItem(NAME, by);
  return by;
}
