import { afterAll, describe, expect, inject, it } from 'vitest';
import { APPROVALS_TOKENS } from '../../src/composition/tokens.ts';
import { type Config, readConfig } from '../../src/entrypoints/cli/config.ts';
import { openSystem } from '../../src/entrypoints/cli/open-system.ts';
import { OUTBOX_SHARDS } from '../../src/ports/outbox.ts';
import { ADMIN, anIncidentId, asked, aVendorId, DISPATCHER, MAKER } from '../fixtures/approvals.ts';
import { postgresServer } from '../support/postgres-database.ts';
import { APPROVALS_GRANTS, asOwner, overTls, plainRole, serveTls } from '../support/postgres-roles.ts';

const server = await postgresServer(inject('postgresUrl'));
await serveTls(inject('postgresUrl'));
afterAll(() => server.close());

/** As production would run both services on this database. */
function productionOn(url: string): Config {
  const config = readConfig({ STORAGE: 'memory' }, () => 's'.repeat(32))._unsafeUnwrap();
  const storage = { kind: 'postgres', at: { kind: 'url', url: overTls(url) } } as const;
  return {
    ...config,
    stage: 'production',
    platform: { ...config.platform, storage },
    approvals: { ...config.approvals, storage },
  };
}

describe('both services in production', () => {
  it('serve under a role that may only use their tables, which is all that approvals need', async () => {
    const url = await server.newDatabase();
    const role = await plainRole(url);
    await asOwner(url, ...APPROVALS_GRANTS.map((grant) => `GRANT ${grant} TO ${role.user}`));
    const opened = await openSystem(productionOn(role.url));
    if ('says' in opened) throw new Error(opened.says);
    const { approvals, health } = opened;
    expect((await health.check()).isOk()).toBe(true);
    const useCases = approvals.get(APPROVALS_TOKENS.useCases);
    const order = {
      incidentId: anIncidentId(),
      vendorId: aVendorId(),
      payerType: 'back_office',
      amountCents: 12_345n,
      lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: 12_345n }],
      metadata: {},
    } as const;
    const { id } = (await useCases.createVendorPayment({ ...asked(MAKER), order }))._unsafeUnwrap();
    const lineItems = [{ description: 'Winch', quantity: 1, unitPriceCents: 5_000n }];
    const { termsHash } = (
      await useCases.changeVendorPayment({ ...asked(MAKER), id, lineItems })
    )._unsafeUnwrap();
    (await useCases.approveVendorPayment({ ...asked(DISPATCHER), id, termsHash }))._unsafeUnwrap();
    const paid = (await useCases.processVendorPayment({ ...asked(ADMIN), id }))._unsafeUnwrap();
    expect(paid.status).toBe('completed');
    const { share, relayEvents } = approvals.get(APPROVALS_TOKENS.relay);
    const shards = (await share.held())._unsafeUnwrap();
    expect(shards).toHaveLength(OUTBOX_SHARDS);
    expect((await relayEvents(shards))._unsafeUnwrap().lagsMs).toHaveLength(4);
    (await share.release())._unsafeUnwrap();
    await opened.close();
  });

  it('refuse an approvals schema that is older than they are, and leave it alone', async () => {
    const url = await server.newDatabase();
    const role = await plainRole(url);
    await asOwner(url, ...APPROVALS_GRANTS.map((grant) => `GRANT ${grant} TO ${role.user}`));
    await asOwner(url, 'DELETE FROM approvals.migration');
    expect(await openSystem(productionOn(role.url))).toMatchObject({
      kind: 'NotReady',
      configuration: false,
      says: expect.stringContaining('paywright migrate'),
    });
  });

  it('refuse a role that owns the tables of approvals alone', async () => {
    const url = await server.newDatabase();
    const role = await plainRole(url);
    await asOwner(url, ...APPROVALS_GRANTS.map((grant) => `GRANT ${grant} TO ${role.user}`));
    await asOwner(url, `ALTER TABLE approvals.payments OWNER TO ${role.user}`);
    expect(await openSystem(productionOn(role.url))).toMatchObject({
      configuration: true,
      says: expect.stringContaining('owns the tables'),
    });
  });
});
