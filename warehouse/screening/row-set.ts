/** Which rows: a count and 64 mixed bits that do not depend on order, so that equal sets bear equal names. */
export class RowSet {
  count = 0;
  private one = 0;
  private two = 0;

  add(row: number): void {
    this.count++;
    let h = Math.imul(row + 1, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    this.one = (this.one + (h ^ (h >>> 13))) | 0;
    h = Math.imul(h ^ (h >>> 16) ^ 0x27d4eb2f, 0xc2b2ae35);
    this.two = (this.two + (h ^ (h >>> 14))) | 0;
  }

  get name(): string {
    return `${this.count}/${this.one}/${this.two}`;
  }
}
