import { z } from '@hono/zod-openapi';
import type { ShownException } from '../../../application/files/read-exceptions.ts';
import { EXCEPTION_TYPES } from '../../../domain/files/exception.ts';
import { AGES } from '../../../domain/files/exception-age.ts';
import { publishedException } from '../../../domain/files/exception-record.ts';
import type { ReconciliationId } from '../../../domain/kernel/ids.ts';
import type { JsonObject } from '../../../domain/kernel/json.ts';
import { plainText } from '../server/person-schemas.ts';
import { problem } from '../server/problem.ts';
import {
  idempotencyKey,
  listPage,
  moment,
  openList,
  paging,
  storedCurrency,
  time,
} from '../server/schemas.ts';

const id = z.string().regex(/^exc_[0-9a-f]{32}$/, 'must be the id of an exception');
const paymentId = z.string().regex(/^pay_[0-9a-f]{32}$/, 'must be the id of a payment');
const reconciliationId = z
  .string()
  .regex(/^rec_[0-9a-f]{32}$/, 'must be the id of a reconciliation')
  .transform((text) => text as ReconciliationId);
const transactionId = z.string().regex(/^txn_[0-9a-f]{32}$/, 'must be the id of a transaction');

/** Where an exception stands. */
export const exceptionStatus = z.enum(['open', 'proposed', 'resolved', 'ignored']);
const age = z.enum(AGES);
const person = plainText(320).min(1);

/** The query of `GET /exceptions`, as text. */
export const exceptionsQuery = z.strictObject({
  ...paging,
  kind: z.enum(EXCEPTION_TYPES).optional(),
  age: age.optional().openapi({ description: 'Since it was opened.' }),
  currency: storedCurrency.optional(),
  assigned_to: person.optional(),
  reconciliation_id: reconciliationId
    .optional()
    .openapi({ description: 'In whose file they were found; what is missing, in the first that lacked it.' }),
  status: exceptionStatus.optional(),
});

/** The body of `PATCH /exceptions/{id}`. */
export const exceptionChange = z
  .strictObject({ assigned_to: person.nullable().openapi({ description: 'Null: no one.' }) })
  .openapi('ExceptionChange', { example: { assigned_to: 'ann@example.com' } });

const ACTIONS = ['link', 'accept_difference', 'expect_later', 'ignore'] as const;

const reason = plainText(500).min(1).openapi({ example: 'Confirmed with the processor by telephone.' });

const resolutionFields = z.strictObject({
  action: z.enum(ACTIONS).openapi({
    description:
      '`link` settles the transaction named by what the row says; `accept_difference` posts the difference to the account ' +
      '`differences`, and settles the transaction of the exception; `expect_later` leaves it open and puts it off; `ignore` closes it.',
  }),
  transaction_id: transactionId.optional().openapi({ description: 'Of `link`.' }),
  payment_id: paymentId.optional().openapi({
    description: 'Of `link`: whose transaction it is; that of the exception where none is named.',
  }),
  until: moment.optional().openapi({ description: 'Of `expect_later`, at most 90 days from now.' }),
  reason,
  idempotency_key: idempotencyKey.optional(),
});

const LINK = {
  action: 'link',
  payment_id: 'pay_01990000000070008000000000000001',
  transaction_id: 'txn_01990000000070008000000000000001',
  reason: 'The row names another payment of the same order.',
};

type ResolutionFields = z.output<typeof resolutionFields>;

/** Each field goes with its action, and with no other. */
function together(
  { action, transaction_id, payment_id, until }: ResolutionFields,
  context: z.RefinementCtx<ResolutionFields>,
): void {
  const fault = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  if ((action === 'link') !== (transaction_id !== undefined))
    fault('transaction_id', action === 'link' ? 'is needed to link' : 'goes with `link` alone');
  if (action !== 'link' && payment_id !== undefined) fault('payment_id', 'goes with `link` alone');
  if ((action === 'expect_later') !== (until !== undefined))
    fault(
      'until',
      action === 'expect_later' ? 'is needed to expect it later' : 'goes with `expect_later` alone',
    );
}

/** The body of `POST /exceptions/{id}/resolve`. */
export const newResolution = resolutionFields
  .superRefine(together)
  .openapi('NewResolution', { example: LINK });

/** The body of `POST /exceptions/{id}/confirm`. */
export const newConfirmation = z
  .strictObject({ idempotency_key: idempotencyKey.optional() })
  .openapi('NewConfirmation', { example: {} });

/** The body of `POST /exceptions/{id}/reject`. */
export const newRejection = z
  .strictObject({ reason })
  .openapi('NewRejection', { example: { reason: 'The row is of another shop.' } });

const MOST_ITEMS = 100;

const batchOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item).min(1).max(MOST_ITEMS) });

/** The body of `POST /exceptions/resolve` without its items: each is judged alone, by `newBatchResolution`. */
export const resolutionEnvelope = batchOf(z.unknown());

const batchFields = z.strictObject({ id, ...resolutionFields.shape });

/** One item of it. */
export const newBatchItem = batchFields.superRefine(together);

/** The same body as clients see it. */
export const newResolutions = batchOf(
  batchFields.required({ idempotency_key: true }).openapi('NewBatchResolution'),
).openapi('NewResolutions', {
  example: {
    items: [
      {
        id: 'exc_01990000000070008000000000000001',
        ...LINK,
        idempotency_key: 'exception-1001',
      },
    ],
  },
});

const money = z.int().openapi({ format: 'int64' });

const action = {
  action: openList(ACTIONS),
  payment_id: z.string().optional(),
  transaction_id: z.string().optional(),
  until: time.optional(),
};
const decided = { reason: z.string(), by: z.string().openapi({ description: 'The subject of a token.' }) };

/** An exception as its merchant reads it. */
export const exception = z
  .strictObject({
    id,
    merchant_id: z.string(),
    kind: openList(EXCEPTION_TYPES),
    status: exceptionStatus,
    age: openList(AGES, 'How long ago it was opened: '),
    amount: money.optional().openapi({ description: 'How much money is in question; never negative.' }),
    currency: z.string().optional(),
    difference: money
      .optional()
      .openapi({ description: 'By how much more than our books say the processor pays; negative: less.' }),
    fields: z
      .array(z.strictObject({ field: z.string(), ours: z.unknown(), theirs: z.unknown() }))
      .optional()
      .openapi({ description: 'What was compared and differs.' }),
    rejection: z
      .strictObject({ reason: z.string(), column: z.string().optional() })
      .optional()
      .openapi({ description: 'Why the row was not read.' }),
    row: z
      .strictObject({
        type: z.string().optional(),
        status: z.string().optional(),
        amount: money.optional(),
        fee: money.optional(),
        currency: z.string().optional(),
        settlement_date: z.string().optional(),
      })
      .optional()
      .openapi({ description: 'What the row says.' }),
    payment_id: z.string().optional(),
    transaction_id: z.string().optional(),
    settlement_id: z.string().optional(),
    reconciliation_id: z.string().optional(),
    line: z.int().optional().openapi({ description: 'Where the row begins in the file.' }),
    assigned_to: z.string().optional(),
    expected_until: time.optional(),
    proposals: z.int().optional().openapi({ description: 'How many resolutions were proposed so far.' }),
    refusal: z
      .strictObject({ ...decided, at: time })
      .optional()
      .openapi({ description: 'Why the last of them was rejected.' }),
    proposal: z
      .strictObject({ ...action, ...decided, at: time })
      .optional()
      .openapi({ description: 'What another person has to confirm.' }),
    resolution: z
      .strictObject({
        ...action,
        action: action.action.optional(),
        reason: z.string().optional(),
        by: z.string().optional(),
        confirmed_by: z.string().optional(),
        settled_by: z.string().optional().openapi({
          description:
            'The reconciliation, or the exception, that settled its transaction or has posted the money of its row.',
        }),
        at: time,
      })
      .optional(),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .openapi('Exception');

export const exceptionPage = listPage(exception).openapi('ExceptionPage');

export const resolutionResults = z
  .strictObject({
    results: z.array(
      z.strictObject({
        index: z.int().min(0),
        status: z.int().openapi({ description: 'The status this item would have had alone.' }),
        exception: exception.optional(),
        problem: problem.optional(),
      }),
    ),
    succeeded: z.int().min(0).openapi({ description: 'Items with a status of 2xx.' }),
    failed: z.int().min(0),
  })
  .openapi('ResolutionResults');

/** As it is published; it ages while it is read. */
export function exceptionView({ exception: each, age: since }: ShownException): JsonObject {
  const { id: name, merchant_id, kind, status: standing, ...rest } = publishedException(each);
  return { id: name, merchant_id, kind, status: standing, age: since, ...rest };
}
