/** Runs one command line. @returns the exit code */
export async function main(argv: string[]): Promise<number> {
  process.stdout.write(`${argv.join(' ')}\n`);
  return 0;
}
