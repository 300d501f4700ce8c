export function start(entry: string): Promise<unknown>;
export function buildProgram(): Promise<string[]>;
