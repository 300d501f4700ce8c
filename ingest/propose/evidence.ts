/** What a proposal says of each of its lines, and what it has to ask. */
export interface Evidence {
  /** From 0 to 1: ranks lines by how much speaks for them. No probability. */
  confidence: number;
  why: string;
}

/** What no value in the file settles. It is asked, never guessed. */
export interface Question {
  /** As an answer names it. */
  key: string;
  ask: string;
  /** What was seen: lines, values. */
  why: string;
  /** What can be answered; empty where it is free. */
  options: {answer: string; means: string}[];
}

export type Answers = Readonly<Record<string, string>>;
