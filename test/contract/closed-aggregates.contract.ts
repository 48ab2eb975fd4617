import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { aggregateChange } from '../../src/application/kernel/aggregate-change.ts';
import { auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { removeEndpoint, type WebhookEndpoint } from '../../src/domain/webhooks/webhook-endpoint.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, digests, NOON, origin, ports } from '../fixtures/changes.ts';
import { anEndpoint } from '../fixtures/webhooks.ts';

/** What every `Aggregates` adapter promises of aggregates that are closed, and commits that close them. */
export function closedAggregatesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Aggregates contract, those that are closed: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const a = aMerchantId();
    const commit = (change: Change) => storage.commits.commit(change);

    type Move = Readonly<{ next: WebhookEndpoint; before?: WebhookEndpoint }>;
    /** A commit of an endpoint, and the endpoint as it is stored then. */
    const moving = (move: Move) => {
      const change = aggregateChange(ports, { at: NOON, origin, action: 'moved', ...move });
      return { change, stored: { ...move.next, auditHash: change.audit[0]?.hash ?? '' } };
    };
    const moved = async (move: Move) => {
      const { change, stored } = moving(move);
      (await commit(change))._unsafeUnwrap();
      return stored;
    };
    const opened = (at = NOON) => moved({ next: anEndpoint({ id: systemIds.webhookEndpoint(at) }) });
    const closing = (before: WebhookEndpoint) => {
      if (before.status === 'removed') throw new Error('it is closed');
      return moving({ before, next: removeEndpoint(before, NOON) });
    };
    const closed = async (before: WebhookEndpoint) => {
      const { change, stored } = closing(before);
      (await commit(change))._unsafeUnwrap();
      return stored;
    };
    const endpoints = async (page: Readonly<{ limit: number; after?: string; isOpen?: true }>) =>
      (await storage.aggregates.list(a, 'webhook_endpoint', page))._unsafeUnwrap();

    it('stay to be found and to be proven, and take no further change', async () => {
      const open = await opened();
      const stored = await closed(open);
      const found = await storage.aggregates.find(a, 'webhook_endpoint', open.id);
      expect(found._unsafeUnwrap()).toEqual(stored);
      const chain = (await storage.auditTrail.ofAggregate(a, 'webhook_endpoint', open.id))._unsafeUnwrap();
      expect(auditTrailChain.verify(chain, stored, digests.sha256)._unsafeUnwrap()).toBe(2);
      const late = moving({ before: open, next: { ...open, version: open.version + 1 } });
      expect((await commit(late.change))._unsafeUnwrapErr()).toEqual({ kind: 'StaleVersion', id: open.id });
      const again = closing(open);
      expect((await commit(again.change))._unsafeUnwrapErr()).toEqual({
        kind: 'StaleVersion',
        id: open.id,
      });
    });

    it('are closed by one change, committed as often as one likes, and by one of many rivals', async () => {
      const open = await opened();
      const { change, stored } = closing(open);
      for (const each of [change, change]) expect((await commit(each)).isOk()).toBe(true);
      expect(await endpoints({ limit: 9 })).toEqual([stored]);
      const other = await opened();
      const rivals = Array.from({ length: 8 }, () => closing(other));
      const outcomes = await Promise.all(rivals.map((rival) => commit(rival.change)));
      expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
    });

    it('are listed among all of their kind, and passed over where only open ones are wanted', async () => {
      const all: WebhookEndpoint[] = [];
      for (let n = 0; n < 12; n += 1) {
        const open = await opened(NOON + n);
        all.push(n % 4 === 1 ? open : await closed(open));
      }
      const open = all.filter(({ status }) => status !== 'removed');
      expect(await endpoints({ limit: 100 })).toEqual(all);
      expect(await endpoints({ limit: 5, ...present({ after: all[2]?.id }) })).toEqual(all.slice(3, 8));
      expect(await endpoints({ limit: 100, isOpen: true })).toEqual(open);
      expect(await endpoints({ limit: 2, isOpen: true })).toEqual(open.slice(0, 2));
      expect(await endpoints({ limit: 2, isOpen: true, ...present({ after: open[0]?.id }) })).toEqual(
        open.slice(1, 3),
      );
      expect(await endpoints({ limit: 2, isOpen: true, ...present({ after: open[2]?.id }) })).toEqual([]);
    });
  });
}
