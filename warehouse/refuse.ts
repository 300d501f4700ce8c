/** A file that could not be used at all: its bytes are kept and it waits in the quarantine, for whoever can say how to read it. */
import {keepRaw, sealOf} from './archive.ts';
import type {Ledger} from './ledger.ts';
import type {LoadPlan} from './load-plan.ts';
import {hidePersons} from './person-texts.ts';
import type {Persons} from './persons.ts';
import type {BatchBody} from './project.ts';

export interface Refusal {
  path: string;
  source: string;
  /** Why, in a sentence. */
  reason: string;
  how: LoadPlan['how'];
}

interface Place {
  folder: string;
  ledger: Ledger;
  persons: Persons;
}

/** @returns what the ledger is to say of it; null when these bytes are known: they wait already, or were taken in before */
export async function refusalOf(
  {folder, ledger, persons}: Place,
  {path, source, reason, how}: Refusal,
): Promise<BatchBody | null> {
  const {sha256} = await sealOf(path);
  if (ledger.entries().some(({kind, body}) => kind === 'batch' && (body as BatchBody).digest === sha256)) return null;
  const {sha256: digest, bytes: rawBytes} = await keepRaw(folder, path);
  const refused = hidePersons(reason, persons.names());
  return {
    batch: null,
    source,
    digest,
    rawBytes,
    plan: '',
    how,
    tables: [],
    files: [],
    notices: [],
    persons: [],
    refused,
  };
}
