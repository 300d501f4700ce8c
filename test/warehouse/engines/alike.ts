/** Where two answers differ: numbers by more than 1e-9 of themselves, everything else at all. */
export function differences(one: unknown, other: unknown, path = ''): string[] {
  if (typeof one === 'number' && typeof other === 'number') {
    const alike = Object.is(one, other) || Math.abs(one - other) <= 1e-9 * Math.max(Math.abs(one), Math.abs(other));
    return alike ? [] : [`${path}: ${one} and ${other}`];
  }
  if (typeof one === 'object' && typeof other === 'object' && one !== null && other !== null) {
    const fields = new Set([...Object.keys(one), ...Object.keys(other)]);
    const at = (of: object, field: string) => (of as Record<string, unknown>)[field];
    return [...fields].flatMap(field => differences(at(one, field), at(other, field), `${path}.${field}`));
  }
  return one === other ? [] : [`${path}: ${JSON.stringify(one)} and ${JSON.stringify(other)}`];
}
