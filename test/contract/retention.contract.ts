import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { enforceRetention } from '../../src/application/kernel/enforce-retention.ts';
import { type ClaimKey, responseOf } from '../../src/domain/kernel/claim.ts';
import { EVENTS_KEPT_MS } from '../../src/domain/kernel/events.ts';
import { DELIVERIES_KEPT_MS, endDelivery } from '../../src/domain/webhooks/delivery.ts';
import { FAILED_AUTHENTICATIONS_KEPT_MS } from '../../src/ports/failed-authentications.ts';
import { LEASES_KEPT_MS } from '../../src/ports/leases.ts';
import { quotaEndsAt } from '../../src/ports/quotas.ts';
import type { Retained } from '../../src/ports/retention.ts';
import type { Storage } from '../../src/ports/storage.ts';
import {
  aKey,
  aMerchantId,
  anOpening,
  aRefusal,
  aSuccess,
  digests,
  NOON,
  terms,
} from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aTransfer } from '../fixtures/transfers.ts';
import { aDelivery, anEvent } from '../fixtures/webhooks.ts';

type Pruned = Pick<Storage, 'retention' | 'leases' | 'health' | 'close'>;

/** What DynamoDB's time to live deletes; it knows no parts of an item. */
const byItself = ({ health }: Pick<Storage, 'health'>, kind: Retained): boolean =>
  health.name === 'dynamodb' && kind !== 'response';

const END = NOON + terms.keepResponsesMs;
const LONG_AFTER = NOON + 10 * 365 * 86_400_000;

const pruning =
  ({ retention }: Pick<Storage, 'retention'>) =>
  async (kind: Retained, now: number, limit = 100) =>
    (await retention.prune(kind, now, limit))._unsafeUnwrap();

/** Asked until it is so, because a storage's index may lag. */
const oldest = ({ retention }: Pick<Storage, 'retention'>, kind: Retained) =>
  expect.poll(async () => (await retention.oldestEnds(kind))._unsafeUnwrap());

/** What every `Retention` adapter promises of leases, in both services. */
export function leaseRetentionContract(adapter: string, open: () => Promise<Pruned>): void {
  it(`Retention contract: ${adapter} deletes leases that lapsed a day ago, and none that is held`, async () => {
    const storage = await open();
    const prune = pruning(storage);
    const hold = async (name: string, until: number) =>
      (await storage.leases.hold([name], 'one', NOON, until))._unsafeUnwrap();
    await hold('work/lapsed', NOON + 1_000);
    await hold('work/held', NOON + 2_000);
    const isKept = !byItself(storage, 'lease');
    expect(storage.retention.kinds.includes('lease')).toBe(isKept);
    expect(await prune('lease', NOON + 1_000 + LEASES_KEPT_MS - 1)).toBe(0);
    expect(await prune('lease', NOON + 1_000 + LEASES_KEPT_MS)).toBe(isKept ? 1 : 0);
    const left = (await storage.leases.holders('work/', NOON))._unsafeUnwrap().map(({ name }) => name);
    expect(left).toEqual(isKept ? ['work/held'] : ['work/held', 'work/lapsed']);
    await storage.close();
  });
}

/**
 * What every `Retention` adapter promises. Of kinds that a storage deletes by itself it deletes nothing when it is asked;
 * that they carry their time is that storage's own test.
 */
export function retentionContract(adapter: string, open: () => Promise<Storage>): void {
  leaseRetentionContract(adapter, open);

  describe(`Retention contract: ${adapter}`, () => {
    const merchantId = aMerchantId();
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const commit = async (...changes: readonly Parameters<Storage['commits']['commit']>[0][]) => {
      for (const change of changes) (await storage.commits.commit(change))._unsafeUnwrap();
    };
    const prune = (kind: Retained, now: number, limit?: number) => pruning(storage)(kind, now, limit);
    const claimOf = async (key: ClaimKey, now: number) =>
      (await storage.claims.find(key, now))._unsafeUnwrap();

    it('takes a response away when it has expired, and leaves the claim of what it paid for', async () => {
      const [paid, open] = [anOpening(), anOpening()];
      const transfer = aTransfer();
      await commit(paid.change, open.change, aSuccess(paid, NOON), transfer.change);
      await oldest(storage, 'response').toBe(END);
      expect(await prune('response', END - 1)).toBe(0);
      const before = await claimOf(paid.claim, END);
      expect(before && responseOf(before, END - 1)).toBe('201\n{}');
      await expect.poll(() => prune('response', END)).toBe(2);
      const { kept: _kept, ...claim } = before ?? {};
      expect(await claimOf(paid.claim, END)).toEqual(claim);
      expect(await claimOf(transfer.change.claim.next, END)).toMatchObject({
        transferId: transfer.transfer.id,
      });
      expect(await claimOf(open.claim, END)).toEqual(open.claim);
      await oldest(storage, 'response').toBeUndefined();
    });

    it('shows a claim the same whether or not what lapsed of it was deleted', async () => {
      const answers = await Promise.all(
        [false, true].map(async (isPruned) => {
          const refused = aRefusal();
          const paid = anOpening();
          await commit(refused, paid.change, aSuccess(paid, NOON));
          if (isPruned) while ((await prune('response', END)) > 0);
          const found = await Promise.all([refused.claim.next, paid.claim].map((key) => claimOf(key, END)));
          const again = anOpening({ idempotencyKey: refused.claim.next.key, createdAt: END });
          const second = anOpening({ idempotencyKey: paid.claim.key, createdAt: END });
          return {
            shown: found.map((claim) => claim && [claim.state, claim.fence, responseOf(claim, END)]),
            freed: (await storage.commits.commit(again.change)).isOk(),
            spent: (await storage.commits.commit(second.change))._unsafeUnwrapErr().kind,
          };
        }),
      );
      expect(answers[0]).toEqual({
        shown: [undefined, ['completed', 2, undefined]],
        freed: true,
        spent: 'ClaimTaken',
      });
      expect(answers[1]).toEqual(answers[0]);
    });

    it('leaves a key that was used again after its response lapsed', async () => {
      const refused = aRefusal();
      const again = anOpening({ idempotencyKey: refused.claim.next.key, createdAt: END });
      await commit(refused, again.change);
      expect(await prune('response', LONG_AFTER)).toBe(0);
      expect(await claimOf(again.claim, END)).toEqual(again.claim);
    });

    it('deletes each kind of row at its end and not a millisecond before, the oldest first', async () => {
      const [old, young] = [aDelivery(), aDelivery()];
      const day = 86_400_000;
      (await storage.deliveries.addAll([old, young, aDelivery()]))._unsafeUnwrap();
      const ended = [old, young].map((delivery, n) => ({
        expected: 1,
        next: { ...endDelivery(delivery, 'failed', NOON + n * day), version: 2 },
      }));
      (await storage.deliveries.save(ended))._unsafeUnwrap();
      (await storage.eventLog.addAll([anEvent(), anEvent({ at: NOON + day })]))._unsafeUnwrap();
      await commit(aRefusal(aKey(), NOON), aRefusal(aKey(), NOON + day));
      const start = NOON - (NOON % day);
      for (const at of [start, start + day]) {
        (await storage.failedAuthentications.add(merchantId, at, 1))._unsafeUnwrap();
        (
          await storage.quotas.take(aMerchantId(`merchant-${at}`), { kind: 'minute', start: at }, 1, 10)
        )._unsafeUnwrap();
        (await storage.quotas.take(merchantId, { kind: 'day', start: at }, 1, 10))._unsafeUnwrap();
      }
      const ends: Readonly<Partial<Record<Retained, number>>> = {
        claim_trace: END,
        delivery: NOON + DELIVERIES_KEPT_MS,
        event: NOON + EVENTS_KEPT_MS,
        failed_authentication: start + FAILED_AUTHENTICATIONS_KEPT_MS,
        minute_window: quotaEndsAt({ kind: 'minute', start }),
        day_window: quotaEndsAt({ kind: 'day', start }),
      };
      for (const [kind, end] of Object.entries(ends) as [Retained, number][]) {
        const isKept = !byItself(storage, kind);
        expect([kind, storage.retention.kinds.includes(kind)]).toEqual([kind, isKept]);
        expect([kind, (await storage.retention.oldestEnds(kind))._unsafeUnwrap()]).toEqual([
          kind,
          isKept ? end : undefined,
        ]);
        expect([kind, await prune(kind, end - 1)]).toEqual([kind, 0]);
        expect([kind, await prune(kind, end)]).toEqual([kind, isKept ? 1 : 0]);
        expect([kind, (await storage.retention.oldestEnds(kind))._unsafeUnwrap()]).toEqual([
          kind,
          isKept ? end + day : undefined,
        ]);
        expect([kind, await prune(kind, LONG_AFTER)]).toEqual([kind, isKept ? 1 : 0]);
      }
      expect(
        (await storage.deliveries.list(merchantId, { status: 'pending' }, { limit: 10 }))._unsafeUnwrap(),
      ).toHaveLength(1);
    });

    it('deletes every row once beside rivals, however few each takes', async () => {
      const refusals = Array.from({ length: 30 }, () => aRefusal());
      const paid = Array.from({ length: 10 }, () => anOpening());
      await commit(...refusals, ...paid.flatMap((each) => [each.change, aSuccess(each, NOON)]));
      let deleted = 0;
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          for (let idle = 0; idle < 5; ) {
            const count = await prune('response', END, 3);
            deleted += count;
            idle = count === 0 ? idle + 1 : 0;
          }
        }),
      );
      await expect
        .poll(async () => (deleted += await prune('response', END)))
        .toBe(storage.health.name === 'dynamodb' ? 10 : 40);
      for (const { claim } of paid) expect(await claimOf(claim, END)).toMatchObject({ state: 'completed' });
    });

    it('leaves payments, ledger, audit links and all that verify compares, however old', async () => {
      await addMerchants(storage, [aMerchant(), aMerchant('merchant-b')]);
      const paid = anOpening();
      await commit(paid.change, aSuccess(paid, NOON), aTransfer().change);
      const proved = async () =>
        (await verify({ ...storage, clock: systemClock, digests })(() => {}))._unsafeUnwrap();
      const before = await proved();
      const enforce = enforceRetention({ ...storage, clock: { now: () => LONG_AFTER } });
      const rounds = [];
      for (let more = true; more; ) {
        const round = (await enforce(1))._unsafeUnwrap();
        rounds.push(...round.kinds);
        ({ more } = round);
      }
      expect(await proved()).toEqual(before);
      expect(rounds.filter(({ kind }) => kind === 'response').at(-1)).toEqual({
        kind: 'response',
        deleted: 0,
        overdueMs: 0,
      });
    });
  });
}
