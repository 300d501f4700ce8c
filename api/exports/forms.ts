/** The forms in which rows leave: each made piece by piece, so that memory does not grow with the answer. */
import {createReadStream} from 'node:fs';
import type {Exported} from '../../warehouse/export-table.ts';
import {ReadExport} from '../../warehouse/read-export.ts';
import type {Warehouse} from '../../warehouse/store.ts';

interface Form {
  mediaType: string;
  bytes(exported: Exported, warehouse: Warehouse, table: string): AsyncIterable<Uint8Array>;
}

export const FORMS = {
  json: {
    mediaType: 'application/json',
    bytes: (exported, warehouse, table) => new ReadExport(warehouse, exported).json(table),
  },
  csv: {mediaType: 'text/csv', bytes: (exported, warehouse) => new ReadExport(warehouse, exported).csv()},
  parquet: {mediaType: 'application/vnd.apache.parquet', bytes: ({path}) => createReadStream(path)},
  arrow: {
    mediaType: 'application/vnd.apache.arrow.file',
    bytes: (exported, warehouse) => new ReadExport(warehouse, exported).arrow('file'),
  },
  arrows: {
    mediaType: 'application/vnd.apache.arrow.stream',
    bytes: (exported, warehouse) => new ReadExport(warehouse, exported).arrow('stream'),
  },
} as const satisfies Record<string, Form>;

export type FormName = keyof typeof FORMS;
export const FORM_NAMES = Object.keys(FORMS) as [FormName, ...FormName[]];
