import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { locateCustomer } from '../../src/application/customers/read-customers.ts';
import { customerAccessId } from '../../src/domain/customers/customer-access.ts';
import type { CustomerId, PaymentMethodId } from '../../src/domain/kernel/ids.ts';
import { customer, customerPage } from '../../src/entrypoints/http/customers/customer-schemas.ts';
import type { Commits } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { customerScene } from '../support/customer-scene.ts';
import { aPlatform } from '../support/http-app.ts';
import { aClient } from '../support/http-client.ts';

/** What the use cases about customers promise on every storage. */
export function customersContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Customers on ${adapter}`, () => {
    const scene = customerScene(open);
    const { merchantId, aDesk, chainOf } = scene;

    it('gives back what was stored, and to no other merchant', async () => {
      const desk = aDesk();
      const { customer } = (
        await desk.create('Ada@Example.com', 'Ada Ł. 😀', { phone: '+441632960961' })
      )._unsafeUnwrap();
      const read = (await aDesk().get(customer.id))._unsafeUnwrap();
      expect(read.details).toEqual({ email: 'Ada@Example.com', name: 'Ada Ł. 😀', phone: '+441632960961' });
      const foreign = await scene.storage.aggregates.find(aMerchantId('merchant-b'), 'customer', customer.id);
      expect(foreign._unsafeUnwrap()).toBeUndefined();
    });

    it('is located by its id, erased or not, by its own merchant', async () => {
      const desk = aDesk();
      const { id } = (await desk.create('ada@example.com'))._unsafeUnwrap().customer;
      const locate = locateCustomer(scene.storage);
      const located = async () => (await locate(merchantId, id))._unsafeUnwrap();
      expect(await located()).toMatchObject({ id, status: 'active', version: 1 });
      (await desk.erase(id))._unsafeUnwrap();
      expect(await located()).toMatchObject({ id, status: 'erased', version: 2 });
      const foreign = await locate(aMerchantId('merchant-b'), id);
      expect(foreign._unsafeUnwrapErr().kind).toBe('CustomerNotFound');
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
      const { app } = aPlatform(scene.storage);
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

    it('lists customers newest first, page after page and by time, and opens none', async () => {
      const { app } = aPlatform(scene.storage);
      const client = await aClient((path, init) => app.request(path, init), merchantId);
      const read = async (query: string) =>
        customerPage.parse(await (await client.get(`/customers?${query}`)).json());
      const made: string[] = [];
      for (const n of [1, 2, 3]) {
        const response = await client.post('/customers', { email: `${n}@example.com`, name: 'U' });
        made.unshift(customer.parse(await response.json()).id);
      }
      await client.call('DELETE', `/customers/${made[1]}`);
      const walked: Awaited<ReturnType<typeof read>>['items'] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = await read(`limit=1${cursor && `&cursor=${cursor}`}`);
        walked.push(...page.items);
        cursor = page.next_cursor;
      }
      expect(walked).toMatchObject([
        { id: made[0], status: 'active' },
        { id: made[1], status: 'erased' },
        { id: made[2], status: 'active' },
      ]);
      const created_at = walked[2]?.created_at;
      const until = await read(`end_date=${created_at}`);
      expect(until.items.at(-1)).toEqual(walked[2]);
      expect((await read(`start_date=${created_at}&end_date=${created_at}`)).items).toContainEqual(walked[2]);
      expect((await read('end_date=2001-01-01')).items).toEqual([]);
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
        await scene.storage.auditTrail.ofAggregate(merchantId, 'customer', customer.id)
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
      const desk = aDesk({ ...scene.storage, commits: deaf });
      expect((await desk.get(id))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
      expect((await desk.find('a@example.com'))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    });
  });
}
