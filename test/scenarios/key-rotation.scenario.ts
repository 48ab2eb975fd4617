import { describe, expect, it } from 'vitest';
import { verify } from '../../src/application/integrity/verify.ts';
import { createMerchant } from '../../src/application/merchants/create-merchant.ts';
import type { CustomerId } from '../../src/domain/kernel/ids.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, origin } from '../fixtures/changes.ts';
import { customerScene } from '../support/customer-scene.ts';

/** What a rotation of keys promises on every storage, wherever it is stopped and whatever goes on beside it. */
export function keyRotationContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Rotation of keys on ${adapter}`, () => {
    const scene = customerScene(open);
    const { merchantId, aRing, aDesk, chainOf } = scene;

    it('rotates keys under every customer, and lets the old index go', async () => {
      const desk = aDesk();
      const emails = ['a@example.com', 'b@example.com', 'c@example.com'];
      const before = [];
      for (const email of emails) before.push((await desk.create(email))._unsafeUnwrap().customer);
      const { method } = (await desk.addMethod(before[0]?.id as CustomerId, 'tok_1'))._unsafeUnwrap();
      (await desk.erase(before[2]?.id as CustomerId))._unsafeUnwrap();
      const seen: string[] = [];
      const report = (
        await desk.rotate({ onProgress: ({ step, changed }) => seen.push(`${step} ${changed}`) })
      )._unsafeUnwrap();
      expect(report).toEqual({ seen: 5, rewrapped: 2, released: 2, leftToPeople: [] });
      expect(seen).toEqual(['rewrap 2', 'rewrap 2', 'settle 2', 'release 2', 'release 2']);

      for (const [index, email] of emails.slice(0, 2).entries()) {
        const found = (await aDesk().find(email))._unsafeUnwrap()?.customer;
        expect(found?.id).toBe(before[index]?.id);
        expect(found?.dataKey.keyId).not.toBe(before[index]?.dataKey.keyId);
        expect(found?.emailIndexes).toHaveLength(1);
        const old = before[index]?.emailIndexes[0] ?? '';
        expect(found?.emailIndexes).not.toContain(old);
        expect(
          (await scene.storage.aggregates.findByKey(merchantId, 'customer', old))._unsafeUnwrap(),
        ).toBeUndefined();
        expect((await desk.create(email))._unsafeUnwrapErr().kind).toBe('CustomerExists');
        expect(await chainOf('customer', found?.id ?? '')).toContain('customer.rekeyed');
      }
      expect((await desk.resolve(merchantId, before[0]?.id, method.id))._unsafeUnwrap()).toBe('tok_1');
    });

    it('rotates the key of a merchant’s sealed config too, and leaves everything verifiable', async () => {
      const desk = aDesk();
      const id = aMerchantId('merchant-c');
      const terms = { id, name: 'C', email: 'c@example.com', processorConfig: { account: 'acct_1' } };
      const made = (await createMerchant(desk.ports)({ ...terms, origin }))._unsafeUnwrap();
      const { customer } = (await desk.create('a@example.com'))._unsafeUnwrap();
      (await desk.addMethod(customer.id, 'tok_1'))._unsafeUnwrap();
      (await desk.get(customer.id))._unsafeUnwrap();
      (await desk.rotate())._unsafeUnwrap();
      (await desk.erase(customer.id))._unsafeUnwrap();
      const config = (await scene.storage.merchants.find(id))._unsafeUnwrap()?.processorConfig;
      expect(config?.sealed).toBe(made.processorConfig?.sealed);
      expect(config?.key.keyId).toBe(aRing().read()[0].id);
      expect(config?.key.keyId).not.toBe(made.processorConfig?.key.keyId);
      const whole = (await verify(desk.ports)(() => {}))._unsafeUnwrap();
      // Three merchants, the customer and the head of its reads.
      expect(whole).toMatchObject({ aggregates: 5, unsettled: [] });
    });

    it('keeps emails unique and customers readable wherever a rotation is stopped, and goes on with it', async () => {
      const first = aDesk();
      const emails = ['a@example.com', 'b@example.com', 'c@example.com'];
      const ids = [];
      for (const email of emails) ids.push((await first.create(email))._unsafeUnwrap().customer.id);
      // An uninterrupted rotation of three customers makes six commits: stop before and after each.
      for (let stopAt = 0; stopAt <= 6; stopAt++) {
        for (const applied of [false, true]) {
          let commits = 0;
          const dying = aDesk({
            ...scene.storage,
            commits: {
              commit: (change) => {
                commits += 1;
                if (commits <= stopAt) return scene.storage.commits.commit(change);
                const gone = () => {
                  throw new Error('killed');
                };
                return applied ? scene.storage.commits.commit(change).map(gone) : gone();
              },
            },
          });
          const stopped = Promise.resolve().then(() => dying.rotate());
          if (stopAt < 6) await expect(stopped).rejects.toThrow('killed');
          else expect((await stopped).isOk()).toBe(true);

          // In the middle of it: the old process and a new one both see and guard every email.
          const fresh = `new-${stopAt}-${applied}@example.com`;
          for (const desk of [first, aDesk()]) {
            for (const [index, email] of emails.entries()) {
              expect((await desk.find(email))._unsafeUnwrap()?.customer.id).toBe(ids[index]);
              expect((await desk.create(email))._unsafeUnwrapErr().kind).toBe('CustomerExists');
            }
          }
          const created = await Promise.all([first.create(fresh), aDesk().create(fresh)]);
          expect(created.filter((each) => each.isOk())).toHaveLength(1);
          const made = created.find((each) => each.isOk())?._unsafeUnwrap().customer.id as CustomerId;
          (await first.erase(made))._unsafeUnwrap();

          // The next run ends it.
          (await aDesk().rotate())._unsafeUnwrap();
          expect(
            aRing()
              .read()
              .filter(({ leaving }) => !leaving),
          ).toHaveLength(1);
          const current = aRing().read()[0].id;
          for (const id of ids) {
            const { customer } = (await aDesk().get(id))._unsafeUnwrap();
            expect(customer.dataKey.keyId).toBe(current);
            expect(customer.emailIndexes).toHaveLength(1);
          }
        }
      }
      for (const id of ids) await chainOf('customer', id);
    });

    it('creates and changes customers while keys are rotated, and none is left behind', async () => {
      const [one, two] = [aDesk(), aDesk()];
      const ids: CustomerId[] = [];
      for (let each = 0; each < 6; each++)
        ids.push((await one.create(`old-${each}@example.com`))._unsafeUnwrap().customer.id);
      let rotating = true;
      const traffic = async (desk: typeof one, name: string) => {
        for (let round = 0; rotating && round < 500; round++) {
          const [a, b] = await Promise.all([
            desk.create(`new-${round}@example.com`),
            desk.change({
              ...desk.targeting(ids[round % ids.length] as CustomerId),
              name: `${name}-${round}`,
            }),
          ]);
          if (a.isOk()) ids.push(a.value.customer.id);
          else expect(a.error.kind).toBe('CustomerExists');
          expect(b.isOk()).toBe(true);
        }
      };
      const busy = [traffic(one, 'one'), traffic(two, 'two')];
      (await aDesk().rotate({ settleMs: 50 }))._unsafeUnwrap();
      rotating = false;
      await Promise.all(busy);
      (await aDesk().rotate({ settleMs: 0 }))._unsafeUnwrap();
      const current = aRing().read()[0].id;
      const emails = new Set<string>();
      for (const id of ids) {
        const { customer, details } = (await aDesk().get(id))._unsafeUnwrap();
        expect(customer.dataKey.keyId).toBe(current);
        expect(customer.emailIndexes).toHaveLength(1);
        expect(emails.has(details.email)).toBe(false);
        emails.add(details.email);
      }
    });
  });
}
