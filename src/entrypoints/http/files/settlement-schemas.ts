import { z } from '@hono/zod-openapi';
import { SETTLEMENT_PARTS } from '../../../domain/files/settlement.ts';
import { calendarDay, listPage, openList, paging, storedCurrency, time } from '../server/schemas.ts';
import { exceptionStatus } from './exception-schemas.ts';

const STATUSES = ['processing', 'completed', 'completed_with_exceptions'] as const;

/** A day of the processor's, which is no time and has no zone. */
const day = (meaning: string) =>
  calendarDay.optional().openapi({ description: meaning, example: '2026-03-02' });

export const settlementsQuery = z.strictObject({
  ...paging,
  date: day('Of this settlement date.'),
  start_date: day('Of this settlement date or a later one.'),
  end_date: day('Of this settlement date or an earlier one.'),
  currency: storedCurrency.optional(),
  status: z.enum(STATUSES).optional(),
  payout_id: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .openapi({ description: "The processor's name of a payout.", example: 'po_1' }),
});

export const settlementItemsQuery = z.strictObject(paging);

export const settlementExceptionsQuery = z.strictObject({ ...paging, status: exceptionStatus.optional() });

const count = z.int().min(0);
const amountOf = (description: string) => z.int().openapi({ format: 'int64', description });

/** A settlement, as its merchant reads it. */
export const settlement = z
  .strictObject({
    id: z.string().regex(/^set_[0-9a-f]{32}$/),
    merchant_id: z.string(),
    date: z.string().openapi({ description: "The day that the processor's file names." }),
    currency: z.string(),
    payout_id: z.string().optional(),
    sequence: z
      .int()
      .min(1)
      .openapi({ description: 'Of the same date, currency and payout: rows of a later file are the next.' }),
    status: z.enum(STATUSES).openapi({
      description:
        '`processing` while its file is read, then locked for good; `completed_with_exceptions` when rows did not match, when the ' +
        'payout differs by other than what was tolerated, or when the file failed.',
    }),
    batch_id: z.string().openapi({ description: 'The reconciliation whose file its rows are of.' }),
    payment_amount: amountOf('What was captured.'),
    refund_amount: amountOf('What was refunded.'),
    gross_amount: amountOf('Payments less refunds.'),
    fee_amount: amountOf('What the processor kept.'),
    chargeback_amount: amountOf('Chargebacks less those that were reversed.'),
    adjustment_amount: amountOf('Above zero in favour of the merchant.'),
    net_amount: amountOf('gross − fees − chargebacks + adjustments.'),
    tolerated_amount: amountOf(
      "What the processor's figures come to beyond the net, in rows that matched within the tolerance.",
    ),
    transaction_count: count.openapi({ description: 'Payments and refunds.' }),
    item_count: count.openapi({ description: 'Rows that the amounts are made of.' }),
    exception_count: count.openapi({ description: 'Rows that did not match: none of the amounts has them.' }),
    exception_amount: amountOf('What the rows that did not match claim, by the figures of the processor.'),
    payout: z
      .strictObject({
        amount: amountOf('What was sent to the bank, negative when it was drawn.'),
        bank_reference: z.string().optional().openapi({ description: "The bank's line." }),
        difference: amountOf(
          '`amount` less `net_amount`. What of it is neither tolerated nor claimed by rows that did not match is an exception.',
        ),
      })
      .optional()
      .openapi({ description: 'Where the file has a row of the payout.' }),
    error: z
      .strictObject({ code: z.string() })
      .optional()
      .openapi({ description: 'Why the file failed; what it had settled by then is here, and stays.' }),
    processed_at: time.optional().openapi({ description: 'When it was locked.' }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .openapi('Settlement');

export const settlementPage = listPage(settlement);

const settlementItem = z
  .strictObject({
    line: z.int().min(1).openapi({ description: 'Where the row begins in the file.' }),
    type: openList(SETTLEMENT_PARTS),
    payment_id: z.string().optional(),
    transaction_id: z.string().optional(),
    reference: z.string().optional(),
    amount: amountOf('Below zero where the merchant is charged; 0 of a row that is a fee.'),
    fee: amountOf('What the processor kept.'),
    net_amount: amountOf('`amount` less `fee`. Those of all items add up to the net of the settlement.'),
    tolerated_amount: z.int().optional(),
  })
  .openapi('SettlementItem');

export const settlementItemPage = listPage(settlementItem);
