/** Per catalogue: the field of an entry's key, and the fields that name it, best first. */
const CATALOGUES = {
  machine: {key: 'K4060', names: ['K4062', 'K4063']},
  gage: {key: 'K4070', names: ['K4072', 'K4073']},
  unit: {key: 'K4080', names: ['K4082']},
  operator: {key: 'K4090', names: ['K4092']},
  cavity: {key: 'K4250', names: ['K4252', 'K4253']},
} as const;
const FIRST_NAME = 'K4093';

const READ: ReadonlySet<string> = new Set([
  FIRST_NAME,
  ...Object.values(CATALOGUES).flatMap(({key, names}) => [key, ...names]),
]);

/** The catalogues of a DFQ file: what the numbers of machines, gages, operators, ... stand for. */
export class DfqCatalogues {
  /** Field and place of an entry -> text. */
  readonly #texts = new Map<string, string>();
  /** Field of a key and the key -> place of its entry. */
  readonly #places = new Map<string, number>();
  readonly #keyed = new Set<string>();

  /** @returns whether the field is one of those that are read */
  take(field: string, place: number, text: string): boolean {
    if (!READ.has(field)) return false;
    if (text !== '' && !this.#texts.has(`${field}/${place}`)) {
      this.#texts.set(`${field}/${place}`, text);
      this.#places.set(`${field}/${text}`, place);
      this.#keyed.add(field);
    }
    return true;
  }

  /**
   * What a value refers to: by the key of an entry, or, where entries say no key, by its place. 0 refers to nothing; what
   * is in no catalogue stays as sent.
   */
  resolve(catalogue: keyof typeof CATALOGUES, reference: string | undefined): string | undefined {
    if (reference === undefined || reference === '' || /^0+$/.test(reference)) return undefined;
    const {key, names} = CATALOGUES[catalogue];
    const place = this.#keyed.has(key) ? this.#places.get(`${key}/${reference}`) : Number(reference);
    const name = names.map(field => this.#texts.get(`${field}/${place}`)).find(text => text !== undefined);
    if (name === undefined) return reference;
    const firstName = catalogue === 'operator' ? this.#texts.get(`${FIRST_NAME}/${place}`) : undefined;
    return firstName === undefined ? name : `${firstName} ${name}`;
  }
}
