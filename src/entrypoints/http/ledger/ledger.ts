import { z } from '@hono/zod-openapi';
import type { UseCases } from '../../../application/use-cases.ts';
import type { PaymentId } from '../../../domain/kernel/ids.ts';
import { jsonText, whole } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { ACCOUNTS, type InsufficientFunds, type LedgerEntryType } from '../../../domain/ledger/ledger.ts';
import { ledgerEntryRecord } from '../../../domain/ledger/ledger-record.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { pageOf, parseQuery, periodOf } from '../server/list-input.ts';
import type { FailureOf, ProblemRow } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson, answerPage } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { type Tag } from '../server/route-description.ts';
import { listPage, openList, paging, period, storedCurrency } from '../server/schemas.ts';

const problems = problemTable<FailureOf<UseCases, 'readBalance' | 'listLedgerEntries'>>({});
const { refuse } = problems;

/** Of every resource that spends a merchant's balance. */
export const INSUFFICIENT_FUNDS: ProblemRow<InsufficientFunds> = {
  status: 422,
  code: 'insufficient_funds',
  title: 'The funds do not suffice',
  detail: ({ available }) => `${available.minorUnits} minor units of ${available.currency} are available.`,
};

/** What a merchant has; amounts may be below zero. */
export const balance = z
  .strictObject({
    balances: z.array(
      z.strictObject({
        currency: z.string(),
        available: z.int().openapi({
          format: 'int64',
          description:
            'What can be transferred now. Below zero when refunds took more than was left after transfers, which a merchant rules out with `refunds_need_balance`.',
        }),
        pending: z.int().openapi({ format: 'int64', description: 'What refunds under way hold.' }),
        paid_out: z.int().openapi({
          format: 'int64',
          description: 'What the processor paid out to the bank, less what it took from there, by its files.',
        }),
        differences: z.int().openapi({
          format: 'int64',
          description: 'What was accepted as more, or below zero as less, than was on record.',
        }),
      }),
    ),
  })
  .openapi('Balance');

const ENTRY_TYPES = [
  'capture',
  'fee',
  'refund_hold',
  'refund',
  'refund_release',
  'transfer_out',
  'transfer_in',
  'fee_refund',
  'chargeback',
  'chargeback_reversal',
  'adjustment_credit',
  'adjustment_debit',
  'payout',
  'payout_reversal',
  'difference_short',
  'difference_over',
] as const satisfies readonly LedgerEntryType[];

/** The query of `GET /ledger/entries`, as text. */
const ledgerQuery = z.strictObject({
  currency: storedCurrency.optional(),
  payment_id: z
    .string()
    .regex(/^pay_[0-9a-f]{32}$/, 'must be the id of a payment')
    .optional()
    .openapi({ description: 'Entries of its captures and refunds, their fees included.' }),
  type: z.enum(ENTRY_TYPES).optional(),
  ...period,
  ...paging,
});

/** An entry, with all that it is about. */
export const ledgerEntry = z
  .strictObject({
    id: z.string().regex(/^led_[0-9a-f]{32}$/),
    merchant_id: z.string(),
    type: openList(ENTRY_TYPES),
    debit: openList(ACCOUNTS, 'The account the amount leaves: '),
    credit: openList(ACCOUNTS, 'The account it arrives at: '),
    amount: z.int().min(1).openapi({ format: 'int64' }),
    currency: z.string(),
    payment_id: z.string().optional(),
    transaction_id: z.string().optional(),
    transfer_id: z.string().optional(),
    statement_line_id: z.string().optional().openapi({ description: 'A line of a processor’s file.' }),
    exception_id: z.string().optional(),
    created_at: z.string().openapi({ format: 'date-time' }),
  })
  .openapi('LedgerEntry');

export const ledgerPage = listPage(ledgerEntry).openapi('LedgerPage');

const getBalance =
  ({ readBalance }: Pick<UseCases, 'readBalance'>): TenantHandler =>
  (c, merchantId) =>
    readBalance(merchantId).match(
      (balances) =>
        answerJson(
          200,
          jsonText({
            balances: balances.map(({ currency, available, pending, bank, differences }) => ({
              currency,
              available: whole(available),
              pending: whole(pending),
              // Money at the bank is a debit.
              paid_out: whole(-bank),
              differences: whole(differences),
            })),
          }),
        ),
      (failure) => refuse(c, failure),
    );

const getLedgerEntries =
  ({ listLedgerEntries }: Pick<UseCases, 'listLedgerEntries'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(ledgerQuery, new URL(c.req.url).searchParams)
      .andThen((query) =>
        periodOf(query).map((range) => ({
          merchantId,
          filter: {
            ...range,
            ...present({
              currency: query.currency,
              type: query.type,
              // The schema let only ids of payments through.
              paymentId: query.payment_id as PaymentId | undefined,
            }),
          },
          ...pageOf(query),
        })),
      )
      .asyncAndThen(listLedgerEntries)
      .match(
        (page) => answerPage(page, ledgerEntryRecord),
        (failure) => refuse(c, failure),
      );

export const LEDGER_TAG = {
  name: 'transfers',
  description: 'What a merchant has, the entries it adds up from, and transfers to other merchants.',
} as const satisfies Tag;

/** Balances and the entries they add up from. */
export const ledger = resource({
  tag: LEDGER_TAG,
  problems,
  routes: [
    forTenants('transfers', getBalance, {
      method: 'get',
      path: '/balance',
      operationId: 'getBalance',
      summary: 'Read what the merchant has, in each currency that ever moved',
      description:
        'What all ledger entries add up to. Every capture, refund and transfer that was answered is in it.',
      responses: { 200: answer('The balances, by currency.', balance) },
    }),
    forTenants('transfers', getLedgerEntries, {
      method: 'get',
      path: '/ledger/entries',
      operationId: 'listLedgerEntries',
      summary: 'List ledger entries, newest first',
      description:
        'Double entry: each moves its amount from the account `debit` to the account `credit`. Nothing ever changes one.',
      query: ledgerQuery,
      responses: { 200: answer('A page.', ledgerPage) },
    }),
  ],
});
