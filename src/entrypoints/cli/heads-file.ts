import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Heads } from '../../application/kernel/heads.ts';
import { type Instant, parseInstant, rfc3339 } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { jsonIn, named } from './json-in.ts';

/** What both services had until `until`: of each merchant, and of approvals. */
export type SystemHeads = Readonly<{
  until: Instant;
  merchants: ReadonlyMap<string, Heads>;
  approvals: Heads;
}>;

const COUNT = z.int().min(0);
const MOMENT = z.string().refine((text) => parseInstant(text) !== undefined);
const HEADS = z.strictObject({
  audit_entries: COUNT,
  mark: z.string().regex(/^[0-9a-f]{64}$/),
  newest: MOMENT.optional(),
  ledger_entries: COUNT.optional(),
  balances: named(z.string().regex(/^[A-Z]{3} [a-z_]+$/), z.string().regex(/^-?\d{1,40}$/)).optional(),
});
const FILE = z.strictObject({
  paywright_heads: z.literal(1),
  until: MOMENT,
  merchants: named(z.string(), HEADS),
  approvals: HEADS,
});

/** One line of JSON for each merchant. */
export function headsText({ until, merchants, approvals }: SystemHeads): string {
  const lines = [...merchants].map(
    ([id, heads]) => `    ${JSON.stringify(id)}: ${JSON.stringify(recordOf(heads))}`,
  );
  const body = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`;
  return (
    `{\n  "paywright_heads": 1,\n  "until": ${JSON.stringify(rfc3339(until))},\n` +
    `  "merchants": ${body},\n  "approvals": ${JSON.stringify(recordOf(approvals))}\n}\n`
  );
}

const recordOf = ({ links, mark, newest, entries, balances }: Heads) => ({
  audit_entries: links,
  mark,
  ...present({ newest: newest === undefined ? undefined : rfc3339(newest) }),
  ...(entries === 0
    ? {}
    : {
        ledger_entries: entries,
        balances: Object.fromEntries(Object.entries(balances).map(([name, units]) => [name, String(units)])),
      }),
});

/** The heads in a file, or one line that says why there are none. */
export function readHeadsFile(path: string): SystemHeads | Readonly<{ says: string }> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && typeof fault.code === 'string')
      return { says: `${path} cannot be read: ${fault.code}` };
    throw fault;
  }
  const json = jsonIn(text, { namesAreIds: true });
  if (json.isErr() && json.error.length > 0) return { says: `${path}: ${json.error.join('; ')}` };
  const { data } = FILE.safeParse(json.unwrapOr(undefined));
  if (data === undefined) return { says: `${path} is no whole file of \`paywright backup heads\`` };
  return {
    until: parseInstant(data.until) ?? 0,
    merchants: new Map([...data.merchants].map(([id, record]) => [id, headsOf(record)])),
    approvals: headsOf(data.approvals),
  };
}

function headsOf({
  audit_entries,
  mark,
  newest,
  ledger_entries = 0,
  balances = new Map(),
}: z.infer<typeof HEADS>): Heads {
  return {
    links: audit_entries,
    mark,
    ...present({ newest: newest === undefined ? undefined : parseInstant(newest) }),
    entries: ledger_entries,
    balances: Object.fromEntries([...balances].map(([name, units]) => [name, BigInt(units)])),
  };
}
