import { readFile } from 'node:fs/promises';
import { z } from '@hono/zod-openapi';
import { err, ok, type Result } from 'neverthrow';
import {
  PRICED,
  type Priced,
  type PriceFault,
  type PriceTable,
  parsePrice,
} from '../../domain/cost/prices.ts';
import { parseDay } from '../../domain/kernel/instant.ts';
import { faultsOf, parsedBy } from '../http/server/body-input.ts';
import { jsonIn, named } from './json-in.ts';

const FAULTS: Readonly<Record<PriceFault, string>> = {
  'no decimal': 'must be a decimal such as "0.625"',
  nothing: 'must be above 0',
};

const price = (name: Priced) =>
  z.string('must be a text').superRefine((text, context) => {
    parsePrice(name, text).mapErr((fault) => context.addIssue({ code: 'custom', message: FAULTS[fault] }));
  });

const priceTable = z.strictObject({
  as_of: z.string().refine((text) => parseDay(text) !== undefined, 'must be a day that there is, YYYY-MM-DD'),
  source: z.string().min(1),
  regions: named(
    z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be the name of a region'),
    z.strictObject(
      Object.fromEntries(Object.keys(PRICED).map((name) => [name, price(name as Priced)])) as Record<
        Priced,
        ReturnType<typeof price>
      >,
    ),
  ),
});

/** Prices in place of those that are built in; an Err says what is wrong with the file, in words. */
export async function priceFile(path: string): Promise<Result<PriceTable, string>> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return err(`there is no file ${path}`);
  const json = jsonIn(text);
  if (json.isErr())
    return err(
      json.error.length === 0
        ? `${path} is no JSON`
        : json.error.map((fault) => `${path}: ${fault}`).join('\n'),
    );
  const parsed = parsedBy(priceTable, json.value);
  return parsed.success
    ? ok({ ...parsed.data, regions: Object.fromEntries(parsed.data.regions) })
    : err(
        faultsOf(parsed.error)
          .map(({ path: place, message }) => `${[path, ...place].join(': ')}: ${message}`)
          .join('\n'),
      );
}
