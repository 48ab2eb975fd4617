import { describe, expect, it } from 'vitest';
import { verify } from '../../src/application/integrity/verify.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import { MOST_ENDPOINTS, type OpenEndpoint } from '../../src/domain/webhooks/webhook-endpoint.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON, origin } from '../fixtures/changes.ts';
import { addEndpoint } from '../fixtures/webhooks.ts';
import { aWebhookWorld } from '../support/webhook-world.ts';
import { create, eachInItsOwnScene, merchantId, storage, world } from './webhook-scene.ts';

const tooMany = { kind: 'TooManyEndpoints', most: MOST_ENDPOINTS };

/** How many endpoints a merchant has on every storage, whoever makes them at the same time. */
export function webhookLimitContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Webhook limit contract: ${adapter}`, () => {
    eachInItsOwnScene(open);

    /** So many requests at once, to two processes in turn; what they got, and what the others were told. */
    const createAtOnce = async (count: number) => {
      const rival = aWebhookWorld(storage, world.clock);
      const asked = await Promise.all(
        Array.from({ length: count }, (_, n) =>
          (n % 2 === 0 ? world : rival).createEndpoint({
            merchantId,
            url: `https://shop.example/${n}`,
            events: ['*'],
            origin,
          }),
        ),
      );
      return {
        made: asked.flatMap((each) => (each.isOk() ? [each.value.endpoint] : [])),
        refusals: asked.flatMap((each) => (each.isErr() ? [each.error] : [])),
      };
    };
    /** Endpoints of a version before, which knew of no places. */
    const addOlder = async (count: number) => {
      const older: OpenEndpoint[] = [];
      for (let n = 0; n < count; n += 1)
        older.push((await addEndpoint(world.ports, { url: `https://old.example/${n}` })).endpoint);
      return older;
    };
    const remove = async ({ id }: OpenEndpoint) =>
      (await world.removeEndpoint({ merchantId, id, origin }))._unsafeUnwrap();
    const countOf = async (of: MerchantId = merchantId) =>
      (await world.listEndpoints(of))._unsafeUnwrap().length;
    const expectSound = async () => {
      const clock = { now: () => NOON + 86_400_000 };
      const verified = await verify({ ...storage, ...world.ports, clock })(() => {});
      expect(verified._unsafeUnwrap()).toMatchObject({ unsettled: [] });
    };

    it('a merchant has a hundred endpoints and no more, however many are made at once by however many processes', async () => {
      await create('https://other.example/', ['*'], aMerchantId('merchant-b'));
      const first = await createAtOnce(MOST_ENDPOINTS - 4);
      expect(first).toMatchObject({ made: { length: MOST_ENDPOINTS - 4 }, refusals: [] });
      const { made, refusals } = await createAtOnce(12);
      expect(made).toHaveLength(4);
      expect(refusals).toEqual(Array.from({ length: 8 }, () => tooMany));
      expect(await countOf()).toBe(MOST_ENDPOINTS);
      expect(await countOf(aMerchantId('merchant-b'))).toBe(1);
      await expectSound();
    });

    it('endpoints of a version before count as well, and each that is removed makes room for one', async () => {
      const [old, ...others] = await addOlder(MOST_ENDPOINTS - 3);
      const { made, refusals } = await createAtOnce(8);
      const [placed] = made;
      if (old === undefined || placed === undefined) throw new Error('there are both kinds');
      expect(made).toHaveLength(3);
      expect(refusals).toEqual(Array.from({ length: 5 }, () => tooMany));
      await remove(old);
      await remove(placed);
      expect((await createAtOnce(8)).made).toHaveLength(2);
      for (const each of others.slice(0, 5)) await remove(each);
      expect((await createAtOnce(8)).made).toHaveLength(5);
      expect(await countOf()).toBe(MOST_ENDPOINTS);
      await expectSound();
    });

    it('an endpoint holds its place through every change of it until it is removed', async () => {
      await addOlder(MOST_ENDPOINTS - 1);
      const { endpoint } = await create('https://shop.example/');
      const target = { merchantId, id: endpoint.id, origin };
      (await world.changeEndpoint({ ...target, status: 'paused' }))._unsafeUnwrap();
      (await world.rotateEndpointSecret(target))._unsafeUnwrap();
      expect(await createAtOnce(2)).toEqual({ made: [], refusals: [tooMany, tooMany] });
      await remove(endpoint);
      expect((await createAtOnce(2)).made).toHaveLength(1);
      await expectSound();
    });
  });
}
