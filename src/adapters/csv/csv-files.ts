import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { CsvError, type Info, type Parser, parse } from 'csv-parse';
import { err, ok } from 'neverthrow';
import {
  type CsvBytes,
  type CsvDelimiter,
  type CsvFiles,
  type CsvPlace,
  type CsvRecord,
  type CsvRefused,
  LONGEST_RECORD,
} from '../../ports/csv-files.ts';
import { plainLines } from './plain-lines.ts';

/** Files of rows that differ shrink to a fifth or a twentieth; zeros to a thousandth. Small files may shrink as they like. */
const MOST_RATIO = 100;
const RATIO_FROM_BYTES = 1_048_576;

/**
 * Reads lines without a quote as they stand (`plainLines`), and from the first that has one on with `csv-parse`, whose count of bytes
 * is exact at each record. Of both a line ends where its line feed is, in quotes as well.
 */
export const csvFiles: CsvFiles = {
  async *records<Failure>(
    bytes: CsvBytes<Failure>,
    from: CsvPlace & Readonly<{ isGzip: boolean; delimiter?: CsvDelimiter }>,
  ) {
    const { isGzip, delimiter = ',' } = from;
    const stop = { failure: undefined as Readonly<{ error: Failure }> | undefined };
    const pieces = checked(isGzip ? skipped(gunzipped(opened()), from.offset) : opened(), from.offset);
    let place: CsvPlace = { offset: from.offset, line: from.line };
    let left: Buffer = Buffer.alloc(0);
    let parser: RecordParser | undefined;
    let next = from.line;
    try {
      for await (const piece of pieces) {
        // What its rows are made into takes milliseconds: others have their turn first, and a commit that was given leaves.
        await turn();
        if (parser === undefined) {
          const lines = plainLines(Buffer.concat([left, piece]), place, delimiter);
          ({ place, left } = lines);
          next = lines.records.at(-1)?.next.line ?? next;
          if (lines.records.length > 0) yield ok(lines.records);
          if (lines.isPlain) continue;
          parser = recordParser(place, delimiter);
        }
        const records = await parser.write(left.length === 0 ? piece : left);
        left = Buffer.alloc(0);
        next = records.at(-1)?.next.line ?? next;
        if (records.length > 0) yield ok(records);
      }
      parser ??= recordParser(place, delimiter);
      const last = await parser.end(left);
      if (last.length > 0) yield ok(last);
    } catch (fault) {
      if (stop.failure !== undefined) yield err(stop.failure.error);
      else yield err(refusalOf(fault, parser?.next() ?? next, parser?.reached));
    } finally {
      parser?.destroy();
      await bytes.return();
    }

    async function* opened(): AsyncGenerator<Uint8Array> {
      for await (const piece of bytes) {
        if (piece.isErr()) {
          stop.failure = { error: piece.error };
          throw faultOf('bytes');
        }
        yield piece.value;
      }
    }
  },
};

/** Takes bytes from a place on, piece by piece, and gives the records that end in each. */
type RecordParser = Readonly<{
  write(piece: Uint8Array): Promise<readonly CsvRecord[]>;
  end(piece: Uint8Array): Promise<readonly CsvRecord[]>;
  /** The line behind the last record; undefined before the first. */
  next(): number | undefined;
  /** The line of the byte that a fault was found at. */
  reached(fault: CsvError): number;
  destroy(): void;
}>;

function recordParser(from: CsvPlace, delimiter: CsvDelimiter): RecordParser {
  let bunch: CsvRecord[] = [];
  let next: number | undefined;
  // The parser counts carriage returns as lines too, but for those of line ends: what cells hold of them is taken off.
  let returns = 0;
  const given = { bytes: 0, last: 0 };
  const parser = parse({
    bom: from.offset === 0,
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    // Taken as they are parsed: each on its way through a stream costs as much as its parsing.
    on_record: (cells: readonly string[], { bytes: offset, lines }: Info) => {
      returns += countIn(cells, '\r');
      // One that the file ends with is not counted yet.
      const uncounted = given.last === CARRIAGE_RETURN && offset === given.bytes ? 1 : 0;
      next = from.line + lines + uncounted - returns;
      const behind = { offset: from.offset + offset, line: next };
      bunch.push({ cells, line: next - 1 - countIn(cells, '\n'), next: behind });
      return null;
    },
  }) as Parser & Unfinished;
  // A fault is thrown where it is awaited.
  parser.on('error', () => {});
  const write = (piece: Uint8Array) => {
    given.bytes += piece.length;
    given.last = piece.at(-1) ?? given.last;
    return written(parser, piece);
  };
  const taken = () => {
    const records = bunch;
    bunch = [];
    return records;
  };
  return {
    write: (piece) => write(piece).then(taken),
    async end(piece) {
      if (piece.length > 0) await write(piece);
      parser.end();
      await finished(parser, { readable: false });
      return taken();
    },
    next: () => next,
    reached({ lines }) {
      const { record, field } = parser.state;
      return from.line + Number(lines) - 1 - returns - countIn([...record, field.toString('utf8')], '\r');
    },
    destroy: () => void parser.destroy(),
  };
}

const CARRIAGE_RETURN = 0x0d;

/** The record that the parser is in: its cells so far, and the bytes of the next. */
type Unfinished = Readonly<{
  state: Readonly<{ record: readonly string[]; field: Readonly<{ toString(encoding: 'utf8'): string }> }>;
}>;

/** Resolves once all of the piece is parsed. */
const written = (parser: Parser, piece: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    parser.write(piece, (fault) => (fault == null ? resolve() : reject(fault)));
  });

/** A fault on its way through the streams: of the file itself, or of its bytes, which did not come. */
type Fault = Error & Readonly<{ stops: CsvRefused['code'] | 'bytes' }>;

const faultOf = (stops: Fault['stops']): Fault => Object.assign(new Error(stops), { stops });
const isFault = (fault: unknown): fault is Fault => fault instanceof Error && 'stops' in fault;

function refusalOf(fault: unknown, next: number, reached?: RecordParser['reached']): CsvRefused {
  const refused = (code: CsvRefused['code'], line: number): CsvRefused => ({
    kind: 'CsvRefused',
    code,
    line,
  });
  if (isFault(fault) && fault.stops !== 'bytes') return refused(fault.stops, next);
  if (!(fault instanceof CsvError)) throw fault;
  const { code } = fault;
  if (code === 'CSV_QUOTE_NOT_CLOSED') return refused('quote_not_closed', next);
  if (code === 'CSV_MAX_RECORD_SIZE') return refused('record_too_long', next);
  if (code === 'INVALID_OPENING_QUOTE' || code === 'CSV_INVALID_CLOSING_QUOTE')
    return refused('quote_misplaced', reached?.(fault) ?? next);
  throw fault;
}

/** How often cells hold a character. */
function countIn(cells: readonly string[], character: string): number {
  let count = 0;
  for (const cell of cells) if (cell.includes(character)) count += cell.split(character).length - 1;
  return count;
}

/** The same bytes, as long as they are UTF-8. */
async function* checked(pieces: AsyncIterable<Uint8Array>, offset: number): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // The first two bytes say what the file is, in however many pieces they come.
  let first = offset === 0 ? new Uint8Array() : undefined;
  for await (const piece of pieces) {
    let whole = piece;
    if (first !== undefined) {
      whole = Buffer.concat([first, piece]);
      first = whole.length < 2 ? new Uint8Array(whole) : undefined;
      if (first !== undefined) continue;
      if (isUtf16(whole)) throw faultOf('utf16');
    }
    decode(decoder, whole);
    yield whole;
  }
  if (first !== undefined) {
    decode(decoder, first);
    yield first;
  }
  decode(decoder);
}

function decode(decoder: InstanceType<typeof TextDecoder>, piece?: Uint8Array): void {
  try {
    decoder.decode(piece, { stream: piece !== undefined });
  } catch {
    throw faultOf('not_utf8');
  }
}

/** By its byte order mark, or by the zero beside the first letter of a header. */
const isUtf16 = ([a, b]: Uint8Array): boolean =>
  (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || a === 0 || b === 0;

async function* gunzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let taken = 0;
  let given = 0;
  const counted = async function* () {
    for await (const piece of packed) {
      taken += piece.length;
      yield piece;
    }
  };
  const gunzip = createGunzip();
  const source = Readable.from(counted(), { objectMode: false });
  source.on('error', (fault) => gunzip.destroy(fault));
  source.pipe(gunzip);
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      given += piece.length;
      if (given > RATIO_FROM_BYTES && given > taken * MOST_RATIO) throw faultOf('gzip_ratio');
      yield piece;
    }
  } catch (fault) {
    if (isFault(fault)) throw fault;
    throw faultOf('gzip_broken');
  } finally {
    gunzip.destroy();
    source.destroy();
  }
}

/** What comes after so many bytes. */
async function* skipped(pieces: AsyncIterable<Uint8Array>, offset: number): AsyncGenerator<Uint8Array> {
  let left = offset;
  for await (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}
