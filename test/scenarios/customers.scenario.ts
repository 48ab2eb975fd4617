import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileRing } from '../../src/adapters/keys/file-ring.ts';
import type { RingSource } from '../../src/adapters/keys/ring.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { createMerchant } from '../../src/application/merchants/create-merchant.ts';
import { customerAccessId } from '../../src/domain/customers/customer-access.ts';
import { auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import type { CustomerId, PaymentMethodId } from '../../src/domain/kernel/ids.ts';
import type { Commits } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, digests, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { customerDesk } from '../support/customer-desk.ts';
import { aPlatform } from '../support/http-app.ts';
import { aClient } from '../support/http-client.ts';

/** What the use cases about customers promise on every storage. */
export function customersContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Customers on ${adapter}`, () => {
    const merchantId = aMerchantId();
    let storage: Storage;
    let folder: string;
    /** Another process with the same keys. */
    const aRing = (): RingSource => fileRing(join(folder, 'keys.json'), systemClock, 1);
    const aDesk = (over: Storage = storage) => customerDesk(over, aRing());

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'paywright-customers-'));
      storage = await open();
      await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
    });
    afterEach(async () => {
      await storage.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const chainOf = async (kind: 'customer' | 'customer_access', id: string) => {
      const head = (await storage.aggregates.find(merchantId, kind, id))._unsafeUnwrap();
      const links = (await storage.auditTrail.ofAggregate(merchantId, kind, id))._unsafeUnwrap();
      if (head === undefined) throw new Error(`${id} is not there`);
      expect(auditTrailChain.verify(links, head, digests.sha256)._unsafeUnwrap()).toBe(head.version);
      return links.map(({ action }) => action);
    };

    it('gives back what was stored, and to no other merchant', async () => {
      const desk = aDesk();
      const { customer } = (
        await desk.create('Ada@Example.com', 'Ada Ł. 😀', { phone: '+441632960961' })
      )._unsafeUnwrap();
      const read = (await aDesk().get(customer.id))._unsafeUnwrap();
      expect(read.details).toEqual({ email: 'Ada@Example.com', name: 'Ada Ł. 😀', phone: '+441632960961' });
      const foreign = await storage.aggregates.find(aMerchantId('merchant-b'), 'customer', customer.id);
      expect(foreign._unsafeUnwrap()).toBeUndefined();
    });

    it('is found by email in every spelling of it', async () => {
      const desk = aDesk();
      const { customer } = (await desk.create('Ren\u00e9@Example.com'))._unsafeUnwrap();
      for (const email of ['rene\u0301@example.com', ' REN\u00c9@EXAMPLE.COM '])
        expect((await desk.find(email))._unsafeUnwrap()?.customer.id).toBe(customer.id);
      expect((await desk.find('rene@example.com'))._unsafeUnwrap()).toBeUndefined();
    });

    // What the desk is given as an email is stored as such, as versions did that knew no canonical spelling.
    it.each([
      ['dot@example.com.', 'dot@example.com'],
      ['user@münchen.de', 'user@xn--mnchen-3ya.de'],
      ['user@MÜNCHEN.de.', 'user@xn--mnchen-3ya.de'],
    ])('stored under %s by an earlier version is the one customer of %s', async (former, canonical) => {
      const desk = aDesk();
      const { customer } = (await desk.create(former))._unsafeUnwrap();
      const other = (await desk.create('other@example.com'))._unsafeUnwrap().customer;
      expect((await desk.find(canonical))._unsafeUnwrap()?.customer.id).toBe(customer.id);
      expect((await desk.create(canonical))._unsafeUnwrapErr().kind).toBe('CustomerExists');
      const take = desk.change({ ...desk.targeting(other.id), email: canonical });
      expect((await take)._unsafeUnwrapErr().kind).toBe('CustomerExists');
      const moved = await desk.change({ ...desk.targeting(customer.id), email: canonical });
      expect(moved._unsafeUnwrap().details.email).toBe(canonical);
      expect((await aDesk().find(canonical))._unsafeUnwrap()?.customer.id).toBe(customer.id);
      (await desk.erase(customer.id))._unsafeUnwrap();
      expect((await desk.find(canonical))._unsafeUnwrap()).toBeUndefined();
      expect((await desk.create(canonical)).isOk()).toBe(true);
    });

    it('of one mailbox is one over HTTP, however its host is written', async () => {
      const { app } = aPlatform(storage);
      const client = await aClient((path, init) => app.request(path, init), merchantId);
      const hosts = [
        'münchen.de',
        'MÜNCHEN.DE.',
        'xn--mnchen-3ya.de',
        'XN--MNCHEN-3YA.de.',
        'mu\u0308nchen。de',
      ];
      const ids = new Set<string>();
      for (const [n, host] of hosts.entries()) {
        const email = `User@${host}`;
        const made = await client.post('/customers', { email, name: 'U' });
        expect([host, made.status]).toEqual([host, n === 0 ? 201 : 409]);
        const found = await client.get(`/customers?email=${encodeURIComponent(email)}`);
        const { items } = (await found.json()) as { items: readonly { id: string; email: string }[] };
        expect(items.map((each) => each.email)).toEqual(['User@xn--mnchen-3ya.de']);
        for (const { id } of items) ids.add(id);
      }
      expect(ids.size).toBe(1);
    });

    it('lets one of many requests with one email win, from several processes', async () => {
      const desks = [aDesk(), aDesk(), aDesk()];
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (desks[index % 3] ?? aDesk()).create(index % 2 ? 'one@example.com' : ' ONE@example.com'),
        ),
      );
      expect(outcomes.filter((each) => each.isOk())).toHaveLength(1);
      expect(outcomes.flatMap((each) => (each.isErr() ? [each.error.kind] : []))).toEqual(
        Array(11).fill('CustomerExists'),
      );
    });

    it('lets one of two customers take an email, and frees the one it leaves', async () => {
      const desk = aDesk();
      const [a, b] = [
        (await desk.create('a@example.com'))._unsafeUnwrap().customer,
        (await desk.create('b@example.com'))._unsafeUnwrap().customer,
      ];
      const outcomes = await Promise.all([
        desk.change({ ...desk.targeting(a.id), email: 'c@example.com' }),
        aDesk().change({ ...desk.targeting(b.id), email: 'C@example.com' }),
      ]);
      expect(outcomes.filter((each) => each.isOk())).toHaveLength(1);
      const left = outcomes[0]?.isOk() ? 'a@example.com' : 'b@example.com';
      expect((await desk.create(left)).isOk()).toBe(true);
      expect((await desk.find('c@example.com'))._unsafeUnwrap()?.details.email.toLowerCase()).toBe(
        'c@example.com',
      );
    });

    it('keeps rival changes of different fields, and refuses one made on an old version', async () => {
      const desk = aDesk();
      const { customer } = (await desk.create('a@example.com'))._unsafeUnwrap();
      const target = desk.targeting(customer.id);
      await Promise.all([
        desk.change({ ...target, name: 'New Name' }),
        aDesk().change({ ...target, phone: '+441632960961' }),
        aDesk().change({ ...target, metadata: { tier: 'gold' } }),
      ]);
      expect((await desk.get(customer.id))._unsafeUnwrap().details).toEqual({
        email: 'a@example.com',
        name: 'New Name',
        phone: '+441632960961',
        metadata: { tier: 'gold' },
      });
      const late = await desk.change({ ...target, name: 'Late', version: 1 });
      expect(late._unsafeUnwrapErr()).toEqual({ kind: 'CustomerChanged', version: 4 });
      await desk.change({ ...target, phone: null, metadata: null });
      expect((await desk.get(customer.id))._unsafeUnwrap().details).toEqual({
        email: 'a@example.com',
        name: 'New Name',
      });
    });

    it('names in its audit trail what was changed, and nothing else', async () => {
      const desk = aDesk();
      const { customer } = (await desk.create('a@example.com'))._unsafeUnwrap();
      const target = desk.targeting(customer.id);
      const same = { email: 'a@example.com' };
      for (const change of [
        { phone: '+441632960961', metadata: { tier: 'gold', since: '2020' } },
        { ...same, name: 'New Name' },
        { ...same, metadata: { since: '2020', tier: 'gold' }, phone: '+441632960962' },
        { phone: null },
        { metadata: { tier: 'gold' } },
      ])
        (await desk.change({ ...target, ...change }))._unsafeUnwrap();
      const links = (
        await storage.auditTrail.ofAggregate(merchantId, 'customer', customer.id)
      )._unsafeUnwrap();
      const changed = links
        .slice(1)
        .map(({ before = {}, after = {} }) =>
          [...new Set([...Object.keys(before), ...Object.keys(after)])]
            .filter((name) => name !== 'version' && name !== 'updated_at')
            .sort(),
        );
      expect(changed).toEqual([['metadata', 'phone'], ['name'], ['phone'], ['phone'], ['metadata']]);
    });

    it('keeps payment methods whose token only the charge gets', async () => {
      const desk = aDesk();
      const { id } = (await desk.create('a@example.com'))._unsafeUnwrap().customer;
      const { id: other } = (await desk.create('b@example.com'))._unsafeUnwrap().customer;
      const first = (await desk.addMethod(id, 'tok_first'))._unsafeUnwrap();
      const second = (await desk.addMethod(id, 'tok_second', true))._unsafeUnwrap();
      expect(first.customer.defaultMethod).toBe(first.method.id);
      expect(second.customer.defaultMethod).toBe(second.method.id);
      const resolve = async (customerId: CustomerId | undefined, method: string, merchant = merchantId) =>
        (await aDesk().resolve(merchant, customerId, method)).match<string>(
          (token) => token,
          ({ kind }) => kind,
        );
      expect(await resolve(id, first.method.id)).toBe('tok_first');
      expect(await resolve(id, second.method.id)).toBe('tok_second');
      expect(await resolve(id, 'card')).toBe('card');
      expect(await resolve(undefined, 'card')).toBe('card');
      expect(await resolve(undefined, first.method.id)).toBe('PaymentMethodNotAccepted');
      expect(await resolve(other, first.method.id)).toBe('PaymentMethodNotAccepted');
      expect(await resolve(id, first.method.id, aMerchantId('merchant-b'))).toBe('CustomerNotAccepted');
      expect(await resolve('cus_00000000000000000000000000000000' as CustomerId, 'card')).toBe(
        'CustomerNotAccepted',
      );

      const removed = await desk.removeMethod({
        ...desk.targeting(id),
        paymentMethodId: second.method.id,
      });
      expect(removed.isOk()).toBe(true);
      expect(await resolve(id, second.method.id)).toBe('PaymentMethodNotAccepted');
      const left = (await desk.get(id))._unsafeUnwrap().customer;
      expect(left.paymentMethods.map((method) => method.id)).toEqual([first.method.id]);
      expect(left.defaultMethod).toBeUndefined();
      const chosen = await desk.change({ ...desk.targeting(id), defaultMethod: first.method.id });
      expect(chosen._unsafeUnwrap().customer.defaultMethod).toBe(first.method.id);
      const unknown = `pm_${'0'.repeat(32)}` as PaymentMethodId;
      const wrong = await desk.change({ ...desk.targeting(id), defaultMethod: unknown });
      expect(wrong._unsafeUnwrapErr().kind).toBe('PaymentMethodNotFound');
    });

    it('adds no more payment methods than fit', async () => {
      const desk = aDesk();
      const { id } = (await desk.create('a@example.com'))._unsafeUnwrap().customer;
      const added = await Promise.all(
        Array.from({ length: 22 }, (_, index) => desk.addMethod(id, `tok_${index}`)),
      );
      expect(added.filter((each) => each.isOk())).toHaveLength(20);
      expect((await desk.addMethod(id, 'no token'))._unsafeUnwrapErr().kind).toBe('PaymentMethodNotAccepted');
    });

    it('records every read, from however many processes at once', async () => {
      const desks = [aDesk(), aDesk()];
      const { id } = (await aDesk().create('a@example.com'))._unsafeUnwrap().customer;
      const reads = await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          const desk = desks[index % 2] ?? aDesk();
          return index % 5 === 4 ? desk.find('a@example.com') : desk.get(id);
        }),
      );
      expect(reads.every((each) => each.isOk())).toBe(true);
      const actions = await chainOf('customer_access', customerAccessId(id));
      expect(actions.toSorted()).toEqual([
        ...Array(2).fill('customer.found'),
        ...Array(8).fill('customer.read'),
      ]);
      expect(await chainOf('customer', id)).toEqual(['customer.created']);
    });

    it('shows nothing of a customer whose read cannot be recorded', async () => {
      const { id } = (await aDesk().create('a@example.com'))._unsafeUnwrap().customer;
      const deaf: Commits = {
        commit: () => errAsync({ kind: 'StorageUnavailable', cause: 'no audit today' }),
      };
      const desk = aDesk({ ...storage, commits: deaf });
      expect((await desk.get(id))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
      expect((await desk.find('a@example.com'))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    });

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

      const stored = (await storage.aggregates.find(merchantId, 'customer', id))._unsafeUnwrap();
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
        await storage.auditTrail.ofAggregate(merchantId, 'customer', customer.id)
      )._unsafeUnwrap();
      const text = JSON.stringify(links);
      expect(text).toContain(customer.secrets.email);
      for (const { dataKey, emailIndexes } of [customer, now]) {
        expect(text).not.toContain(dataKey.wrapped);
        for (const index of emailIndexes) expect(text).not.toContain(index);
      }
    });

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
          (await storage.aggregates.findByKey(merchantId, 'customer', old))._unsafeUnwrap(),
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
      const config = (await storage.merchants.find(id))._unsafeUnwrap()?.processorConfig;
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
            ...storage,
            commits: {
              commit: (change) => {
                commits += 1;
                if (commits <= stopAt) return storage.commits.commit(change);
                const gone = () => {
                  throw new Error('killed');
                };
                return applied ? storage.commits.commit(change).map(gone) : gone();
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
    }, 60_000);

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
    }, 60_000);
  });
}
