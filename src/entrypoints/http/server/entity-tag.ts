import { err, ok, type Result } from 'neverthrow';
import type { Expecting } from '../../../domain/kernel/expected-version.ts';
import { problemTable } from './problem-table.ts';
import { answerJson, type HttpContext } from './request-context.ts';
import type { MalformedRequest } from './request-problems.ts';

const { refuse } = problemTable({});

/** An entity tag of RFC 9110: what stands between its quotes, and whether it is weak. */
type EntityTag = Readonly<{ opaque: string; isWeak: boolean }>;

/** `*`, or a list of at least one tag. */
function entityTagsIn(name: string, header: string): Result<'*' | readonly EntityTag[], MalformedRequest> {
  if (header === '*') return ok('*');
  const tags: EntityTag[] = [];
  // An element of the list, perhaps empty, to the comma after it. Commas also stand inside tags.
  const element = /(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[\t ]*)?(?:,[\t ]*|$)/y;
  while (element.lastIndex < header.length) {
    const [whole, weak, opaque] = element.exec(header) ?? [];
    if (whole === undefined) return malformed(name);
    if (opaque !== undefined) tags.push({ opaque, isWeak: weak !== undefined });
  }
  return tags.length === 0 ? malformed(name) : ok(tags);
}

const malformed = (name: string, message = 'must be `*` or a list of entity tags, such as "3"') =>
  err<never, MalformedRequest>({ kind: 'MalformedRequest', faults: [{ path: [name], message }] });

/**
 * The strong tag of a version: two answers about one resource with the same tag are about the same version of it. `beside`
 * counts changes of what is shown with it and has versions of its own; `If-Match` is about the resource alone.
 */
const entityTag = (version: number, beside = 0): string =>
  beside === 0 ? `"${version}"` : `"${version}+${beside}"`;

/** The header of a response that was kept; one that was kept without its version is given without a tag. */
export const tagOf = (version: string | number | undefined): Readonly<{ ETag?: string }> =>
  version === undefined ? {} : { ETag: entityTag(Number(version)) };

/**
 * What `If-Match` makes a change conditional on. Weak tags, and tags that are of no version, match nothing; `*` matches
 * whatever there is.
 */
export function expectedIn(c: HttpContext): Result<Expecting, MalformedRequest> {
  const header = c.req.header('if-match');
  if (header === undefined) return ok({});
  return entityTagsIn('If-Match', header).map((tags) =>
    tags === '*'
      ? {}
      : {
          expectedVersions: tags.flatMap(({ opaque, isWeak }) =>
            !isWeak && /^[1-9]\d{0,14}(?:\+\d{1,9})?$/.test(opaque) ? [Number.parseInt(opaque, 10)] : [],
          ),
        },
  );
}

/**
 * What `If-Match` says was seen: one strong tag. A list can name every version there may be, `*` names any, and a weak tag
 * matches none, so that none of them says what a decision was made on.
 */
export function seenIn(c: HttpContext): Result<Expecting, MalformedRequest> {
  const header = c.req.header('if-match');
  if (header === undefined) return ok({});
  return entityTagsIn('If-Match', header).andThen((tags) => {
    const isOne = tags !== '*' && tags.length === 1 && tags.every(({ isWeak }) => !isWeak);
    return isOne ? expectedIn(c) : malformed('If-Match', 'must be one strong entity tag, such as "3"');
  });
}

/**
 * One resource as it is at this version. To a GET that names the version in `If-None-Match` it is 304, without a body;
 * there weak tags match too. Never to an administrator who chose the merchant: what they hold may be another's at that version.
 */
export function answerVersion(
  c: HttpContext,
  { version, beside, body }: Readonly<{ version: number; beside?: number; body: string }>,
): Response {
  const tag = entityTag(version, beside);
  const answer = () => answerJson(200, body, { ETag: tag });
  const header = c.var.actsFor === undefined ? c.req.header('if-none-match') : undefined;
  if (header === undefined || (c.req.method !== 'GET' && c.req.method !== 'HEAD')) return answer();
  return entityTagsIn('If-None-Match', header).match(
    (tags) =>
      tags === '*' || tags.some(({ opaque }) => `"${opaque}"` === tag)
        ? new Response(null, { status: 304, headers: { ETag: tag } })
        : answer(),
    (failure) => refuse(c, failure),
  );
}
