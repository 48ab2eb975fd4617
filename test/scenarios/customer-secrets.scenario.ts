import { describe, expect, it } from 'vitest';
import { customerAccessId } from '../../src/domain/customers/customer-access.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { customerScene } from '../support/customer-scene.ts';

/** That sealed details open where they belong alone, and never again once they were erased. */
export function customerSecretsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Secrets of customers on ${adapter}`, () => {
    const scene = customerScene(open);
    const { merchantId, aDesk, chainOf } = scene;

    it('does not open what was copied from another customer, tenant or field', async () => {
      const desk = aDesk();
      const a = (await desk.create('a@example.com'))._unsafeUnwrap().customer;
      const b = (await desk.create('b@example.com'))._unsafeUnwrap().customer;
      const { vault } = desk.ports;
      const open = (customer: typeof a, secrets: Record<string, string>, from = a) =>
        Promise.resolve().then(() =>
          vault.open({ merchantId: customer.merchantId, entityId: customer.id }, from.dataKey, secrets),
        );
      expect((await open(a, { email: a.secrets.email }))._unsafeUnwrap()['email']).toBe('a@example.com');
      await expect(open(b, { email: a.secrets.email })).rejects.toThrow();
      await expect(open(b, { email: a.secrets.email }, b)).rejects.toThrow();
      await expect(open(a, { name: a.secrets.email })).rejects.toThrow();
      const elsewhere = { ...a, merchantId: aMerchantId('merchant-b') };
      await expect(open(elsewhere, { email: a.secrets.email })).rejects.toThrow();
    });

    it('forgets an erased customer for good, and its audit chains stay whole', async () => {
      const desk = aDesk();
      const { id } = (await desk.create('a@example.com'))._unsafeUnwrap().customer;
      const { method } = (await desk.addMethod(id, 'tok_first'))._unsafeUnwrap();
      await desk.get(id);
      expect((await desk.erase(id)).isOk()).toBe(true);

      for (const outcome of [
        await desk.get(id),
        await desk.erase(id),
        await desk.change({ ...desk.targeting(id), name: 'x' }),
        await desk.addMethod(id, 'tok_x'),
      ])
        expect(outcome._unsafeUnwrapErr().kind).toBe('CustomerNotFound');
      expect((await desk.find('a@example.com'))._unsafeUnwrap()).toBeUndefined();
      const charge = await desk.resolve(merchantId, id, method.id);
      expect(charge._unsafeUnwrapErr().kind).toBe('CustomerNotAccepted');

      const stored = (await scene.storage.aggregates.find(merchantId, 'customer', id))._unsafeUnwrap();
      expect(Object.keys(stored ?? {}).toSorted()).toEqual(
        ['auditHash', 'createdAt', 'id', 'kind', 'merchantId', 'status', 'updatedAt', 'version'].toSorted(),
      );
      expect(await chainOf('customer', id)).toEqual([
        'customer.created',
        'customer.payment_method_added',
        'customer.erased',
      ]);
      expect(await chainOf('customer_access', customerAccessId(id))).toEqual(['customer.read']);
      const again = (await desk.create('a@example.com'))._unsafeUnwrap();
      expect((await desk.find('a@example.com'))._unsafeUnwrap()?.customer.id).toBe(again.customer.id);
    });

    it('keeps no key in the audit trail', async () => {
      const desk = aDesk();
      const { customer } = (await desk.create('a@example.com'))._unsafeUnwrap();
      (await desk.rotate())._unsafeUnwrap();
      const now = (await desk.get(customer.id))._unsafeUnwrap().customer;
      (await desk.erase(customer.id))._unsafeUnwrap();
      const links = (
        await scene.storage.auditTrail.ofAggregate(merchantId, 'customer', customer.id)
      )._unsafeUnwrap();
      const text = JSON.stringify(links);
      expect(text).toContain(customer.secrets.email);
      for (const { dataKey, emailIndexes } of [customer, now]) {
        expect(text).not.toContain(dataKey.wrapped);
        for (const index of emailIndexes) expect(text).not.toContain(index);
      }
    });
  });
}
