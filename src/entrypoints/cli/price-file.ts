import { readFile } from 'node:fs/promises';
import { z } from '@hono/zod-openapi';
import { err, ok, type Result } from 'neverthrow';
import { parseFraction } from '../../domain/cost/fraction.ts';
import { PRICED, type Priced, type PriceTable } from '../../domain/cost/prices.ts';
import { DAY_PATTERN } from '../../domain/kernel/instant.ts';
import { faultsOf, parsedBy } from '../http/server/body-input.ts';
import { jsonIn } from './json-in.ts';

const price = z
  .string('must be a text')
  .refine((text) => parseFraction(text) !== undefined, 'must be a decimal such as "0.625"');

const priceTable = z.strictObject({
  as_of: z.string().regex(DAY_PATTERN, 'must be a day, YYYY-MM-DD'),
  source: z.string().min(1),
  regions: z.record(
    z.string(),
    z.strictObject(
      Object.fromEntries(Object.keys(PRICED).map((name) => [name, price])) as Record<Priced, typeof price>,
    ),
  ),
});

/** Prices in place of those that are built in; an Err says what is wrong with the file, in words. */
export async function priceFile(path: string): Promise<Result<PriceTable, string>> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return err(`there is no file ${path}`);
  const json = jsonIn(text);
  if (json === undefined) return err(`${path} is no JSON`);
  const parsed = parsedBy(priceTable, json);
  return parsed.success
    ? ok(parsed.data)
    : err(
        faultsOf(parsed.error)
          .map(({ path: place, message }) => `${[path, ...place].join(': ')}: ${message}`)
          .join('\n'),
      );
}
