import type { CustomerTarget } from '../src/application/customers/update-customer.ts';
import type { Responded } from '../src/application/kernel/idempotency.ts';
import type { MerchantId, PaymentId } from '../src/domain/kernel/ids.ts';
import { money } from '../src/domain/kernel/money.ts';
import type { ModificationRequest } from '../src/domain/payments/modification.ts';
import { decodeResponse } from '../src/entrypoints/http/payments/stored-responses.ts';
import type { Change } from '../src/ports/commits.ts';
import { recorded } from './recording.ts';
import { orThrow, type RawDriver, type RowOf, type Sizes } from './rows.ts';
import { anIntent, aRequest, MERCHANTS, origin, type System } from './system.ts';

const [RICH, POOR] = MERCHANTS as readonly [MerchantId, MerchantId];

let keys = 0;
let funded = 0;
const aKey = () => `after-${process.pid}-${++keys}`;

/** A payment to move, taken or only held. */
async function aPayment(system: System, captureMethod: 'automatic' | 'manual') {
  const request = { ...aRequest(), captureMethod };
  const { paymentId } = decodeResponse(orThrow(await system.processPayment(request)).response);
  return { merchantId: request.merchantId, paymentId: paymentId as PaymentId };
}

type Target = Awaited<ReturnType<typeof aPayment>>;

const move = async (system: System, target: Target, modification: ModificationRequest): Promise<Responded> =>
  orThrow(await system.modifyPayment({ ...target, idempotencyKey: aKey(), modification, origin }));

const transfer = async (system: System, merchantId: MerchantId, destinationMerchantId: MerchantId) =>
  orThrow(
    await system.transferMoney({
      merchantId,
      destinationMerchantId,
      amount: money(1n, 'EUR'),
      idempotencyKey: aKey(),
      origin,
    }),
  );

/** What a merchant does after taking payments. The driver repeats commits that were recorded in memory. */
export async function afterwards(
  system: System,
  raw: RawDriver | undefined,
  row: RowOf,
  { sizes, callers }: Readonly<{ sizes: Sizes; callers: number }>,
): Promise<void> {
  const { operations, summarized, pages } = sizes;
  const many = { callers, operations: Math.ceil(operations / 4) };

  for (const [name, captureMethod, modification] of [
    ['capture', 'manual', { type: 'capture', final: false }],
    ['refund', 'automatic', { type: 'refund' }],
  ] as const) {
    const count = Math.ceil(many.operations * 1.2) + 20;
    const targets = await inParallel(count, callers, () => aPayment(system, captureMethod));
    const histories =
      raw === undefined
        ? []
        : await recorded(count, async (memory) =>
            move(memory, await aPayment(memory, captureMethod), modification),
          );
    // The payment is there before; what the driver writes on the clock is the modification alone.
    if (raw !== undefined)
      for (let n = 0; n < histories.length; n += 50)
        await Promise.all(histories.slice(n, n + 50).map((changes) => raw.writeEach(changes.slice(0, 2))));
    let ours = 0;
    let theirs = 0;
    await row(
      name,
      many,
      () => move(system, targets[ours++] as Target, modification),
      raw && (() => raw.writeEach((histories[theirs++] as readonly Change[]).slice(2))),
    );
  }

  await inParallel(8, 8, () => fund(system));
  const transfers = raw === undefined ? [] : await recordedTransfers(many.operations * 2);
  let sent = 0;
  await row(
    'transfer',
    { callers: 16, operations: many.operations },
    (n) => transfer(system, MERCHANTS[n % 8] as MerchantId, MERCHANTS[(n + 1) % 8] as MerchantId),
    raw && (() => raw.writeEach(transfers[sent++] as readonly Change[])),
  );

  const customers = await inParallel(200, 16, () => aCustomer(system));
  await row(
    'read a customer, decrypted and audited',
    { callers: 32, operations: pages },
    async (n) => orThrow(await system.getCustomer(customers[n % customers.length] as CustomerTarget)),
    raw &&
      ((n) => {
        const { merchantId, id } = customers[n % customers.length] as CustomerTarget;
        return raw.readAggregate(merchantId, 'customer', id);
      }),
  );

  for (let left = summarized; left > 0; left -= 1_000)
    await Promise.all(
      Array.from({ length: Math.min(left, 1_000) }, async () =>
        orThrow(await system.storage.commits.commit(anIntent(POOR))),
      ),
    );
  await row(
    `summary over ${summarized.toLocaleString('en').replaceAll(',', ' ')} payments`,
    { callers: 8, operations: Math.ceil(pages / 20) },
    async () => orThrow(await system.summarizePayments(POOR, {})),
    raw && (() => raw.summarize(POOR)),
  );
}

/** Something to send: every merchant takes a payment that is larger than all it will send. */
const fund = async (system: System) =>
  orThrow(
    await system.processPayment({ ...aRequest(MERCHANTS[funded++ % 8]), amount: money(10_000_000n, 'EUR') }),
  );

async function recordedTransfers(count: number): Promise<readonly (readonly Change[])[]> {
  let begun = false;
  return recorded(count, async (memory) => {
    if (!begun) for (let n = 0; n < 8; n += 1) await fund(memory);
    begun = true;
    await transfer(memory, RICH, POOR);
  });
}

async function aCustomer(system: System): Promise<CustomerTarget> {
  const details = { email: `${aKey()}@example.com`, name: 'Ada Lovelace' };
  const { customer } = orThrow(await system.createCustomer({ merchantId: RICH, details, origin }));
  return { merchantId: RICH, id: customer.id, origin };
}

async function inParallel<T>(count: number, width: number, make: () => Promise<T>): Promise<readonly T[]> {
  const made: T[] = [];
  const lane = async () => {
    while (made.length < count) made.push(await make());
  };
  await Promise.all(Array.from({ length: width }, lane));
  return made;
}
