import { z } from '@hono/zod-openapi';
import { ACCOUNTS } from '../../../domain/ledger/ledger.ts';
import { currency, paging } from '../server/schemas.ts';

/** What a merchant has; amounts may be below zero. */
export const balance = z
  .strictObject({
    balances: z.array(
      z.strictObject({
        currency: z.string(),
        available: z.int().openapi({
          format: 'int64',
          description:
            'What can be transferred now. Below zero when refunds took more than was left after transfers.',
        }),
        pending: z.int().openapi({ format: 'int64', description: 'What refunds under way hold.' }),
      }),
    ),
  })
  .openapi('Balance');

/** The query of `GET /ledger/entries`, as text. */
export const ledgerQuery = z.strictObject({ currency: currency.optional(), ...paging });

const account = z.enum(ACCOUNTS);

const ledgerEntry = z
  .strictObject({
    id: z.string().regex(/^led_[0-9a-f]{32}$/),
    merchant_id: z.string(),
    type: z.enum([
      'capture',
      'fee',
      'refund_hold',
      'refund',
      'refund_release',
      'transfer_out',
      'transfer_in',
    ]),
    debit: account.openapi({ description: 'The account the amount leaves.' }),
    credit: account.openapi({ description: 'The account it arrives at.' }),
    amount: z.int().min(1).openapi({ format: 'int64' }),
    currency: z.string(),
    payment_id: z.string().optional(),
    transaction_id: z.string().optional(),
    transfer_id: z.string().optional(),
    created_at: z.string().openapi({ format: 'date-time' }),
  })
  .openapi('LedgerEntry');

export const ledgerPage = z
  .strictObject({
    items: z.array(ledgerEntry),
    next_cursor: z.string().nullable().openapi({ description: 'Null at the end.' }),
    has_more: z.boolean(),
  })
  .openapi('LedgerPage');
