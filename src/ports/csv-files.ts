import type { Result } from 'neverthrow';

/** Where a reader goes on: a byte at which a record may begin, and its line, from 1. */
export type CsvPlace = Readonly<{ offset: number; line: number }>;

/** What stands between two cells. */
export type CsvDelimiter = ',' | ';' | '\t';

/**
 * One record of a CSV file. `line` is where it begins, `next` what follows it. A line ends with its line feed, inside of quotes too;
 * a carriage return alone ends none.
 */
export type CsvRecord = Readonly<{ cells: readonly string[]; line: number; next: CsvPlace }>;

/**
 * Why the bytes are no CSV file. `quote_not_closed`: a quote is open where the file ends; `quote_misplaced`: one stands inside
 * a cell that has none around it; `record_too_long`: more than `LONGEST_RECORD` characters without an end, perhaps for want
 * of a quote; `gzip_ratio`: so much comes out of so few bytes that it is no file that a processor wrote.
 */
export type CsvRefused = Readonly<{
  kind: 'CsvRefused';
  code:
    | 'quote_not_closed'
    | 'quote_misplaced'
    | 'record_too_long'
    | 'not_utf8'
    | 'utf16'
    | 'gzip_broken'
    | 'gzip_ratio';
  line: number;
}>;

/** What a record holds at the most, in characters. */
export const LONGEST_RECORD = 65_536;

export type CsvBytes<Failure> = AsyncGenerator<Result<Uint8Array, Failure>, void, void>;

/** Reads the bytes of CSV files. Adapters must pass `test/contract/csv-files.contract.ts`. */
export interface CsvFiles {
  /**
   * The records from a place on, in bunches, in memory that does not grow with the file: RFC 4180 with either line end and with
   * a comma where no other delimiter is named, UTF-8 with or without a byte order mark, blank lines left out. Gzip is known by its first bytes: then `bytes` begin at the start
   * of the file, whatever the place, which counts what is unpacked; else they begin at the place. An Err is the last thing it
   * gives, perhaps in place of records before it; `return` lets go of the bytes.
   */
  records<Failure>(
    bytes: CsvBytes<Failure>,
    from: CsvPlace & Readonly<{ isGzip: boolean; delimiter?: CsvDelimiter }>,
  ): AsyncGenerator<Result<readonly CsvRecord[], Failure | CsvRefused>, void, void>;
}
