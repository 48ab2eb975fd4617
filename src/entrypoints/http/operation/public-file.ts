import { createHash } from 'node:crypto';
import type { HttpContext } from '../server/request-context.ts';

/** A file that is the same in every response, held once for all of them. `cache` is its `Cache-Control`. */
export type PublicFile = Readonly<{
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
  cache: string;
  /** Strong: changes with any byte. */
  etag: string;
}>;

/** May be kept, and has to be asked for again each time it is used. */
const REVALIDATED = 'no-cache';

export function publicFile(content: string | Uint8Array, type: string, cache = REVALIDATED): PublicFile {
  const bytes = new Uint8Array(Buffer.from(content));
  return { bytes, type, cache, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
}

/** At most this much of a file waits for one reader. */
const PIECE_BYTES = 64 * 1_024;

/**
 * The file, or 304 to a client that has it (RFC 9110, section 13.1.2). It is sent in pieces of the one copy, so that a reader
 * costs a piece and not a file, however slowly it reads.
 */
export function answerFile(
  c: HttpContext,
  { bytes, type, cache, etag }: PublicFile,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const known = { ...headers, ETag: etag, 'Cache-Control': cache };
  if (names(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers: known });
  return new Response(piecesOf(bytes), {
    headers: { ...known, 'Content-Type': type, 'Content-Length': String(bytes.byteLength) },
  });
}

/** Compared weakly: a `W/` that something on the way has put before it changes nothing. */
const names = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag);

function piecesOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        controller.enqueue(bytes.subarray(at, at + PIECE_BYTES));
        at += PIECE_BYTES;
        if (at >= bytes.byteLength) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
