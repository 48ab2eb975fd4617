import { readFileSync } from 'node:fs';

/**
 * What `verify` does not find, as the decision lists it: names of tables and columns of Postgres, or of kinds of items and
 * their attributes on DynamoDB, of which a whole row is excepted when no column is named.
 */
export function exceptionsOf(storage: 'Postgres' | 'DynamoDB'): ReadonlySet<string> {
  const page = readFileSync(
    new URL('../../../docs/decisions/0008-what-verify-proves.md', import.meta.url),
    'utf8',
  );
  const [, list = ''] = page.split('| Postgres | DynamoDB | not found, because |\n');
  const cells = list
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|')[storage === 'Postgres' ? 1 : 2] ?? '');
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)));
}

/** One edit of a store beneath paywright: what it is done to, and to which part, in the words of the list. */
export type Tampering<Edit> = Readonly<{ row: string; part: string; edit: Edit }>;

/** Whether the list excepts it: its row whole, or that part of it. */
export const isExcepted = (exceptions: ReadonlySet<string>, { row, part }: Tampering<unknown>): boolean =>
  exceptions.has(row) || exceptions.has(`${row}.${part}`);
