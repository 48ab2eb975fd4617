import { domainToASCII } from 'node:url';
import { z } from '@hono/zod-openapi';

/** What no reader sees and a terminal or a page acts on: controls, formats such as bidi overrides, line separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** What leaves no mark and may still be part of a word: variation selectors, joiners, fillers, the blank of Braille. */
const MARKLESS = /[\p{Default_Ignorable_Code_Point}\u2800]/gu;

const hasNoUnseen = (text: string): boolean => !UNSEEN.test(text);
const NO_UNSEEN = 'must not hold control or format characters';

/** Text on one line that is shown as what it is, such as a name. */
export const plainText = (most: number) =>
  z
    .string()
    .max(most)
    .refine(hasNoUnseen, NO_UNSEEN)
    .refine((text) => text.replace(MARKLESS, '').trim() !== '', 'must not be blank')
    .openapi({
      pattern:
        '^[^\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]*$',
    });

const LONGEST_EMAIL = 254;
const LOCAL_AND_HOST = /^([^\s@]+)@([^\s@:/?#\\[\]%<>^|]+)$/;
const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const NUMBERS = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

const QUOTED = /^"((?:[^\s@"\\]|\\[^\s@"\\])+)"@/;

/** `"ada"@x` and `ada@x` are one mailbox (RFC 5321, 4.1.2). A local part that no plain one could stand for stays as it is. */
const withoutQuotes = (address: string): string =>
  address.replace(QUOTED, (_, local: string) => `${local.replaceAll('\\', '')}@`);

/** The local part but for needless quotes as it is, for only its host knows what of it counts; undefined when there is no such mailbox. */
function canonicalEmail(text: string): string | undefined {
  const [, local, given = ''] = LOCAL_AND_HOST.exec(withoutQuotes(text)) ?? [];
  // Of a URL's host the engine would make an address of 127.1, so numbers are refused as they come in.
  const host = NUMBERS.test(given) ? '' : domainToASCII(given).replace(/\.$/, '');
  return local === undefined || !HOST.test(host) || NUMBERS.test(host) ? undefined : `${local}@${host}`;
}

/** An email address, read with its host in ASCII, in lower case and without a final dot. */
export const email = z
  .string()
  .trim()
  .max(LONGEST_EMAIL)
  .refine((text) => hasNoUnseen(text) && text.search(MARKLESS) < 0, NO_UNSEEN)
  .transform((text, context) => {
    const canonical = canonicalEmail(text);
    if (canonical !== undefined && canonical.length <= LONGEST_EMAIL) return canonical;
    context.addIssue({ code: 'custom', message: 'must be an email address' });
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    pattern: '^\\s*[^\\s@]+@[^\\s@:/?#\\\\[\\]%<>^|]+\\s*$',
    maxLength: LONGEST_EMAIL,
  });
