import { z } from '@hono/zod-openapi';
import type { Handler } from 'hono';
import type { Logger } from 'pino';
import type { LinkedObject } from '../../../application/files/linked-objects.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { ByteRange, ObjectBytes } from '../../../ports/object-store.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson, cut, type HttpContext, type HttpEnv } from '../server/request-context.ts';
import { answer, fileName, forAnyone, resource } from '../server/route.ts';
import { text } from '../server/route-description.ts';
import { byteRange } from './byte-range.ts';
import { STORE_PROBLEMS } from './store-problems.ts';

/** A part of a file was sent: it would be taken for all of it. */
type PartSent = Readonly<{ kind: 'PartSent' }>;

type LinkFailure =
  | FailureOf<UseCases, 'headLinkedObject' | 'readLinkedObject' | 'writeLinkedObject'>
  | PartSent;

const problems = problemTable<LinkFailure>({
  ...STORE_PROBLEMS,
  PartSent: {
    status: 400,
    code: 'part_not_taken',
    title: 'A file is stored whole',
    detail: 'Send all of it at once, without `Content-Range`. Nothing is stored.',
  },
  LinkRefused: {
    status: 403,
    code: 'link_refused',
    title: 'The link is not valid, or not any more',
    detail: 'Ask for a new link where this one came from; links are valid for minutes.',
  },
  ObjectNotFound: {
    status: 404,
    code: 'object_not_found',
    title: 'The file is not there',
    detail: 'It has been deleted, or was never stored.',
  },
  ObjectTooLarge: {
    status: 413,
    code: 'object_too_large',
    title: 'The file is too large',
    detail: ({ mostBytes }) => `The link takes ${mostBytes} bytes at the most. Nothing is stored.`,
  },
  ObjectTypeMismatch: {
    status: 415,
    code: 'object_type_mismatch',
    title: 'The file is of another type',
    detail: ({ contentType }) =>
      `The link takes \`Content-Type: ${contentType}\`, without an encoding. Nothing is stored.`,
  },
  RangeNotSatisfiable: {
    status: 416,
    code: 'range_not_satisfiable',
    title: 'The file has no such range',
    detail: ({ size }) => `The file has ${size} bytes.`,
  },
});

type Parts = Pick<UseCases, 'headLinkedObject' | 'readLinkedObject' | 'writeLinkedObject'> &
  Readonly<{ log: Logger }>;

const getObject =
  ({ headLinkedObject, readLinkedObject, log }: Parts): Handler<HttpEnv> =>
  async (c) => {
    const link = c.req.param('link') ?? '';
    if (c.req.method === 'HEAD' || c.req.header('if-none-match') !== undefined) {
      const head = await headLinkedObject(link);
      if (head.isErr()) return refused(c, head.error);
      const headers = headersOf(head.value);
      if (isKnown(c.req.header('if-none-match'), headers['ETag']))
        return new Response(null, { status: 304, headers: { ETag: headers['ETag'] } });
      if (c.req.method === 'HEAD')
        return new Response(null, {
          headers: { ...headers, 'Content-Length': String(head.value.object.size) },
        });
    }
    const opened = await readLinkedObject(link, rangeAsked(c));
    if (opened.isErr()) return refused(c, opened.error);
    const { object, range, bytes } = opened.value;
    const { first, last } = range ?? { first: 0, last: object.size - 1 };
    return new Response(streamOf(bytes, c, log), {
      status: range === undefined ? 200 : 206,
      headers: {
        ...headersOf(opened.value),
        'Content-Length': String(last - first + 1),
        ...(range === undefined ? {} : { 'Content-Range': `bytes ${first}-${last}/${object.size}` }),
      },
    });
  };

/** Only a strong tag can say that two parts are of one file; a date never does here (RFC 9110, section 13.1.5). */
function rangeAsked(c: HttpContext): ByteRange | undefined {
  const range = byteRange(c.req.header('range'));
  const ifRange = c.req.header('if-range')?.trim();
  if (range === undefined || ifRange === undefined) return range;
  const [, ofChecksum] = /^"([^"]*)"$/.exec(ifRange) ?? [];
  return ofChecksum === undefined ? undefined : { ...range, ofChecksum };
}

const isKnown = (header: string | undefined, tag: string): boolean =>
  header?.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === tag) ?? false;

const headersOf = ({ object, fileName: name }: LinkedObject) => ({
  'Content-Type': object.contentType,
  'Content-Disposition': name === undefined ? 'attachment' : `attachment; filename="${name}"`,
  'Accept-Ranges': 'bytes',
  ETag: `"${object.checksum}"`,
  // What merchants upload is shown by no browser as a page of ours.
  'Content-Security-Policy': "sandbox; default-src 'none'",
});

function refused(c: HttpContext, failure: LinkFailure): Response {
  if (failure.kind === 'ObjectStoreUnavailable') c.set('cause', failure.cause);
  return problems.refuse(
    c,
    failure,
    failure.kind === 'RangeNotSatisfiable' ? { 'Content-Range': `bytes */${failure.size}` } : {},
  );
}

/** A piece is read when it is asked for. A fault cuts the connection; a reader that leaves ends the reading. */
const streamOf = (bytes: ObjectBytes, c: HttpContext, log: Logger): ReadableStream<Uint8Array> =>
  new ReadableStream(
    {
      async pull(controller) {
        const next = await bytes.next();
        if (next.done === true) controller.close();
        else if (next.value.isOk()) controller.enqueue(next.value.value);
        else {
          const { error } = next.value;
          log.error({
            route: c.var.route,
            request_id: c.var.requestId,
            code: error.kind === 'ObjectDamaged' ? 'object_damaged' : 'object_cut',
            ...present({ cause: 'cause' in error ? error.cause : undefined }),
          });
          cut(c, controller);
        }
      },
      async cancel() {
        await bytes.return();
      },
    },
    { highWaterMark: 0 },
  );

const storedObject = z
  .strictObject({
    size: z.int().openapi({ description: 'Bytes.' }),
    checksum: z
      .string()
      .openapi({ description: 'Of all bytes, as the store has it; SHA-256 in hexadecimal here.' }),
    stored_at: z.string().openapi({ format: 'date-time' }),
  })
  .openapi('StoredObject');

const putObject =
  ({ writeLinkedObject }: Parts): Handler<HttpEnv> =>
  async (c) => {
    if (c.req.header('content-range') !== undefined) return refused(c, { kind: 'PartSent' });
    const type = c.req.header('content-type') ?? '';
    const encoding = c.req.header('content-encoding') ?? 'identity';
    const length = /^\d{1,15}$/.exec(c.req.header('content-length') ?? '')?.[0];
    const stored = await writeLinkedObject(c.req.param('link') ?? '', {
      ...(length === undefined ? {} : { announced: Number(length) }),
      contentType: encoding === 'identity' ? type : `${type}, encoded as ${encoding}`,
      bytes: c.req.raw.body ?? NOTHING,
    });
    return stored.match(
      ({ size, checksum, storedAt }) =>
        answerJson(201, JSON.stringify({ size, checksum, stored_at: rfc3339(storedAt) })),
      (failure) => refused(c, failure),
    );
  };

const NOTHING = { async *[Symbol.asyncIterator]() {} };

const LINK = { link: { schema: { type: 'string' as const }, example: 'eyJ2ZXJiIjoicmVhZCJ9.c2lnbmF0dXJl' } };
const FILES = {
  ...text('text/csv'),
  ...text('application/x-ndjson'),
  ...text('application/gzip'),
  ...text('application/octet-stream'),
};
/** What this service wrote itself may be of this type too. */
const READ_FILES = {
  ...FILES,
  'application/json': { schema: z.record(z.string(), z.unknown()) },
};
const FILE_HEADERS = {
  'Content-Disposition': fileName('What a browser saves the file as.'),
  'Accept-Ranges': { description: 'Ranges of bytes are served.', schema: { type: 'string' as const } },
  ETag: {
    description: 'Changes with any byte of the file: for `If-None-Match` and `If-Range`.',
    schema: { type: 'string' as const, pattern: '^"[0-9a-f]{64}"$' },
  },
};
const CONTENT_RANGE = { description: 'Which bytes of how many.', schema: { type: 'string' as const } };

/** Files by signed links, where the store has no server of its own. */
export const objects = resource({
  tag: {
    name: 'files',
    description: 'Files in and out by links that need no token: who has one may use it.',
  },
  problems,
  routes: [
    forAnyone(getObject, {
      method: 'get',
      path: '/objects/{link}',
      pathParameters: LINK,
      operationId: 'readObject',
      summary: 'Read a file by a signed link',
      description:
        'Links come from other answers and are used as they are. One range of `Range` is served, with `If-Range` for an `ETag`; ' +
        'several ranges are answered with the whole file. After a fault on our side the connection is cut before its end.',
      responses: {
        200: { description: 'The file.', content: READ_FILES, headers: FILE_HEADERS },
        206: {
          description: 'The range of it.',
          content: READ_FILES,
          headers: { ...FILE_HEADERS, 'Content-Range': CONTENT_RANGE },
        },
        304: { description: 'What is held is the newest.', headers: { ETag: FILE_HEADERS.ETag } },
      },
      refusals: [403, 404, 416, 503],
    }),
    forAnyone(putObject, {
      method: 'put',
      path: '/objects/{link}',
      pathParameters: LINK,
      operationId: 'writeObject',
      summary: 'Store a file by a signed link',
      description:
        'Of the type and up to the size that the link was made for, which is 1 GiB at the most; whole, or not at all. A `Content-Length` ' +
        'above it is refused before any byte is read. A file of the same name is replaced.',
      bytes: FILES,
      responses: { 201: answer('It is stored.', storedObject) },
      refusals: [400, 403, 409, 413, 415, 503],
    }),
  ],
});
