import { z } from '@hono/zod-openapi';
import { MOST_STATEMENT_ENTRIES } from '../../../application/ledger/read-statement.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { ACCOUNTS } from '../../../domain/ledger/ledger.ts';
import { statementLineRecord, statementRecord } from '../../../domain/ledger/statement.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { pageOf, parseQuery, periodOf } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerPage } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { listPage, openList, paging, period, storedCurrency } from '../server/schemas.ts';
import { LEDGER_TAG, ledgerEntry } from './ledger.ts';

const problems = problemTable<FailureOf<UseCases, 'readStatement'>>({
  StatementTooLarge: {
    status: 422,
    code: 'statement_too_large',
    title: 'The statement would have to read too many entries',
    detail: `A statement reads every entry of its currency from its beginning until now, and at most ${MOST_STATEMENT_ENTRIES}. Ask for a later \`start_date\`; an export of the journal has any number.`,
  },
});

/** The query of `GET /ledger/statement`, as text. */
const statementQuery = z.strictObject({
  currency: storedCurrency,
  account: z.enum(ACCOUNTS).optional().openapi({ default: 'available' }),
  ...period,
  ...paging,
});

const sum = (description: string) => z.int().openapi({ format: 'int64', description });

// By its fields, as a schema that extends another takes no fields beside the other's.
const line = z
  .strictObject({
    ...ledgerEntry.shape,
    change: sum('What it adds to the account; below zero where it leaves it.'),
    balance_after: sum('What the account had with it.'),
  })
  .openapi('StatementLine');

/** Sums of the whole time, and a page of its lines. */
export const ledgerStatement = listPage(line)
  .extend({
    currency: z.string(),
    account: openList(ACCOUNTS),
    start_date: z.string().nullable().openapi({ format: 'date-time', description: 'Null: the first entry.' }),
    end_date: z
      .string()
      .openapi({ format: 'date-time', description: 'The moment of the answer, where none was asked for.' }),
    opening_balance: sum('Before the first line.'),
    closing_balance: sum('At the end: what the account had then.'),
    credits: sum('What arrived at the account.'),
    debits: sum('What left it, above zero.'),
    entry_count: z.int(),
  })
  .openapi('LedgerStatement');

const getStatement =
  ({ readStatement }: Pick<UseCases, 'readStatement'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(statementQuery, new URL(c.req.url).searchParams)
      .andThen(({ currency, account = 'available', ...query }) =>
        periodOf(query).map((range) => ({
          merchantId,
          currency,
          account,
          ...range,
          ...pageOf(query),
        })),
      )
      .asyncAndThen(readStatement)
      .match(
        ({ statement: read, page }) => answerPage(page, statementLineRecord, statementRecord(read)),
        (failure) => problems.refuse(c, failure),
      );

/** What an account had at two moments, and what came between. */
export const statement = resource({
  tag: LEDGER_TAG,
  problems,
  routes: [
    forTenants('transfers', getStatement, {
      method: 'get',
      path: '/ledger/statement',
      operationId: 'getStatement',
      summary: 'Read the statement of an account, newest line first',
      description:
        'Balances are credits less debits. The opening balance with the changes of all lines is the closing balance, which with `end_date` is the balance at that ' +
        'time. The sums are of the whole time and the same on every page, until something is posted in it.',
      query: statementQuery,
      responses: { 200: answer('The sums, and a page of the lines.', ledgerStatement) },
      refusals: [409, 422],
    }),
  ],
});
