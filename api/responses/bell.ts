/** Something may have happened: rung by those who know, heard by those who look; nothing that was rung is missed. */
export class Bell {
  #rings = 0;
  #waiting: (() => void)[] = [];

  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings++;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves as soon as it was rung more often than `heard` times. */
  async after(heard: number): Promise<void> {
    if (this.#rings > heard) return;
    await new Promise<void>(resolve => this.#waiting.push(resolve));
  }
}
