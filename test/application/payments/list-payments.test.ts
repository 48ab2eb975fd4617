import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { systemSignedTokens } from '../../../src/adapters/system/signed-tokens.ts';
import { type ListPaymentsRequest, listPayments } from '../../../src/application/payments/list-payments.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import type { Payment } from '../../../src/domain/payments/payment.ts';
import type { PaymentFilter } from '../../../src/domain/payments/payment-filter.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { trying } from '../../domain/arbitraries.ts';
import { aMerchantId, anOpening, NOON, SECRET } from '../../fixtures/changes.ts';
import { anyCodePoint } from '../../support/any-text.ts';

const DAY = 24 * 3_600_000;
const clock = { at: NOON, now: () => clock.at };
const signedTokens = systemSignedTokens(SECRET);

let storage: Storage;
let made = 0;
beforeEach(() => {
  storage = memoryStorage();
  clock.at = NOON;
});

const list = (request: Partial<ListPaymentsRequest>) =>
  listPayments({ ...storage, signedTokens, clock })({
    merchantId: aMerchantId(),
    filter: {},
    limit: 3,
    ...request,
  });
const page = async (request: Partial<ListPaymentsRequest> = {}) => (await list(request))._unsafeUnwrap();
const refusal = async (request: Partial<ListPaymentsRequest>) => (await list(request))._unsafeUnwrapErr();
const invalid = { kind: 'CursorInvalid' };

async function store(
  count: number,
  parts: Parameters<typeof anOpening>[0] = {},
): Promise<readonly Payment[]> {
  const payments: Payment[] = [];
  for (let each = 0; each < count; each += 1) {
    made += 1;
    const opening = anOpening({ createdAt: NOON + made, ...parts });
    (await storage.commits.commit(opening.change))._unsafeUnwrap();
    payments.unshift(opening.payment);
  }
  return payments;
}

const ids = (payments: readonly Payment[]) => payments.map(({ id }) => id);
const cursorOf = async (request: Partial<ListPaymentsRequest> = {}) => {
  const { nextCursor } = await page(request);
  if (nextCursor === undefined) throw new Error('there is no next page');
  return nextCursor;
};

describe('a list of the payment of a key', () => {
  it('holds that payment alone, whatever page it would be on, and has no next page', async () => {
    const [wanted] = await store(1, { idempotencyKey: 'order-1' });
    await store(5);
    expect(await page({ idempotencyKey: 'order-1', limit: 1 })).toEqual({ items: [wanted] });
  });

  it('is empty where the filter chooses another payment, another merchant asks, or the key took none', async () => {
    await store(1, { idempotencyKey: 'order-1', amount: 100n });
    const asked = { idempotencyKey: 'order-1' };
    const empty = { items: [] };
    expect(await page({ ...asked, filter: { status: 'failed' } })).toEqual(empty);
    expect(await page({ ...asked, filter: { from: NOON + 1_000_000 } })).toEqual(empty);
    expect(await page({ ...asked, filter: { currency: 'USD', minAmount: 101n } })).toEqual(empty);
    expect(await page({ ...asked, merchantId: aMerchantId('merchant-b') })).toEqual(empty);
    expect(await page({ idempotencyKey: 'order-2' })).toEqual(empty);
    expect((await page({ ...asked, filter: { status: 'processing' } })).items).toHaveLength(1);
  });

  it('takes no cursor of the list of all', async () => {
    await store(5, {});
    const cursor = await cursorOf();
    expect(await refusal({ idempotencyKey: 'order-1', cursor })).toEqual(invalid);
  });
});

describe('a list of payments', () => {
  it('is empty, and has no next page, where there are none', async () => {
    expect(await page()).toEqual({ items: [] });
  });

  it('gives a cursor exactly when more payments follow', async () => {
    const stored = await store(3);
    expect(await page({ limit: 3 })).toEqual({ items: stored });
    await store(1);
    expect((await page({ limit: 3 })).nextCursor).toBeDefined();
    expect((await page({ limit: 4 })).nextCursor).toBeUndefined();
  });

  it('walks newest first through every payment once, whatever is inserted on the way', async () => {
    const stored = await store(10);
    const seen: Payment[] = [];
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const next = await page(present({ cursor }));
      seen.push(...next.items);
      cursor = next.nextCursor;
      await store(2);
    }
    expect(ids(seen)).toEqual(ids(stored));
  });

  it('may change the size of its pages on the way', async () => {
    const stored = await store(7);
    const first = await page({ limit: 1 });
    const second = await page({ limit: 4, cursor: first.nextCursor ?? '' });
    const third = await page({ limit: 100, cursor: second.nextCursor ?? '' });
    expect(ids([...first.items, ...second.items, ...third.items])).toEqual(ids(stored));
    expect(third.nextCursor).toBeUndefined();
  });

  it('has one payment at least on each page, however heavy', async () => {
    const stored = await store(3, { metadata: { much: 'x'.repeat(600_000) } });
    const first = await page({ limit: 3 });
    const second = await page({ limit: 3, cursor: first.nextCursor ?? '' });
    const third = await page({ limit: 3, cursor: second.nextCursor ?? '' });
    expect([first, second, third].map(({ items }) => ids(items))).toEqual(ids(stored).map((id) => [id]));
    expect(third.nextCursor).toBeUndefined();
  });

  it('holds what the filter says, on every page', async () => {
    const dear = await store(5, { amount: 900n });
    await store(5, { amount: 100n });
    const filter: PaymentFilter = { minAmount: 500n, currency: 'USD' };
    const first = await page({ filter });
    const second = await page({ filter, cursor: first.nextCursor ?? '' });
    expect(ids([...first.items, ...second.items])).toEqual(ids(dear));
  });

  it('passes on that the store does not answer', async () => {
    await store(4);
    const cursor = await cursorOf();
    await storage.close();
    expect(await page({ cursor })).toMatchObject({ items: [{}] });
  });
});

describe('a cursor', () => {
  beforeEach(() => store(5));

  it('of another tenant is refused', async () => {
    const other = aMerchantId('merchant-b');
    await store(5, { merchantId: other });
    expect(await refusal({ merchantId: other, cursor: await cursorOf() })).toEqual(invalid);
    expect(await refusal({ cursor: await cursorOf({ merchantId: other }) })).toEqual(invalid);
  });

  const filters: readonly PaymentFilter[] = [
    {},
    { status: 'processing' },
    { currency: 'USD' },
    { from: NOON },
    { to: NOON + DAY },
    { minAmount: 1n },
    { maxAmount: 10_000n },
    { currency: 'USD', minAmount: 1n },
  ];
  it('is good for its own filter and refused for every other', async () => {
    for (const filter of filters) {
      const cursor = await cursorOf({ filter });
      for (const other of filters)
        if (other === filter) expect((await list({ filter: other, cursor })).isOk()).toBe(true);
        else expect(await refusal({ filter: other, cursor })).toEqual(invalid);
    }
  });

  it('knows its filter in whatever order it was written', async () => {
    const cursor = await cursorOf({ filter: { currency: 'USD', minAmount: 1n } });
    expect((await list({ filter: { minAmount: 1n, currency: 'USD' }, cursor })).isOk()).toBe(true);
  });

  it('changed in any character is refused', async () => {
    const cursor = await cursorOf();
    for (let place = 0; place < cursor.length; place += 1)
      for (const other of ['A', 'b', '0', '-', '_', '.', '='])
        if (cursor[place] !== other)
          expect(await refusal({ cursor: cursor.slice(0, place) + other + cursor.slice(place + 1) })).toEqual(
            invalid,
          );
  });

  it('cut, lengthened or made up is refused', async () => {
    const cursor = await cursorOf();
    for (const bent of ['', '.', cursor.slice(0, -1), `${cursor}A`, `${cursor}.`, `.${cursor}`, ` ${cursor}`])
      expect(await refusal({ cursor: bent })).toEqual(invalid);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: anyCodePoint }), async (text) => {
        expect(await refusal({ cursor: text })).toEqual(invalid);
      }),
      trying(200),
    );
  });

  it('signed by another installation is refused', async () => {
    const others = systemSignedTokens('the secret of quite another installation');
    const foreign = listPayments({ ...storage, signedTokens: others, clock });
    const { nextCursor = '' } = (
      await foreign({ merchantId: aMerchantId(), filter: {}, limit: 3 })
    )._unsafeUnwrap();
    expect(await refusal({ cursor: nextCursor })).toEqual(invalid);
  });

  it('is good for a day, to the millisecond', async () => {
    const cursor = await cursorOf();
    clock.at = NOON + DAY - 1;
    expect((await list({ cursor })).isOk()).toBe(true);
    clock.at = NOON + DAY;
    expect(await refusal({ cursor })).toEqual(invalid);
  });
});

describe('a list of few among many payments', () => {
  it('has pages that hold fewer than they may, and none, and goes on behind what each has looked at', async () => {
    const [, , , , wanted] = await store(5, { currency: 'EUR' });
    await store(20);
    const few: Storage['payments'] = {
      ...storage.payments,
      lookThrough: (merchantId, filter, search) =>
        storage.payments.lookThrough(merchantId, filter, { ...search, most: 8 }),
    };
    const found: (readonly string[])[] = [];
    for (let cursor: string | undefined; ; ) {
      const asked = { filter: { currency: 'EUR' }, limit: 3, ...present({ cursor }) } as const;
      const listed = await listPayments({ ...storage, payments: few, signedTokens, clock })({
        merchantId: aMerchantId(),
        ...asked,
      });
      const { items, nextCursor } = listed._unsafeUnwrap();
      found.push(ids(items));
      if (nextCursor === undefined) break;
      cursor = nextCursor;
    }
    expect(found.map((each) => each.length)).toEqual([0, 0, 3, 2]);
    expect(found.flat().at(-1)).toBe(wanted?.id);
  });
});
