import {FORM_NAMES, FORMS, type FormName} from './forms.ts';

/**
 * The form of a file that is asked for: by the ending of its name, else by what the caller accepts; JSON where it is all one.
 * @returns null when the caller accepts none of the forms
 */
export function negotiate(file: string, accept: string | undefined): {table: string; form: FormName} | null {
  const ending = FORM_NAMES.find(form => file.endsWith(`.${form}`) && file.length > form.length + 1);
  if (ending) return {table: file.slice(0, -ending.length - 1), form: ending};
  const form = accepted(accept ?? '*/*');
  return form && {table: file, form};
}

/** @see RFC 9110, 12.5.1: the highest weight wins, of equal ones the first */
function accepted(accept: string): FormName | null {
  const ranges = accept
    .split(',')
    .map(range => {
      const [type, ...parameters] = range.split(';').map(piece => piece.trim().toLowerCase());
      const weight = parameters.find(p => p.startsWith('q='))?.slice(2);
      return {type, weight: weight === undefined ? 1 : Number(weight)};
    })
    .filter(({weight}) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const {type} of ranges) {
    const form = FORM_NAMES.find(name => matches(type, FORMS[name].mediaType));
    if (form) return form;
  }
  return null;
}

function matches(range: string, mediaType: string): boolean {
  return range === '*/*' || range === mediaType || (range.endsWith('/*') && mediaType.startsWith(range.slice(0, -1)));
}
