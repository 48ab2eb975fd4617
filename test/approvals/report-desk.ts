import { beforeEach } from 'vitest';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import type { Made } from '../fixtures/approvals.ts';
import { NOON } from '../fixtures/changes.ts';
import { aColleague, anApprovalsApp, type Colleague } from '../support/approvals-app.ts';

/** Approvals at noon, over a storage that is opened for each test. */
export function reportDesk(open: () => Promise<ApprovalsStorage>) {
  let storage: ApprovalsStorage;
  let app: ReturnType<typeof anApprovalsApp>['app'];
  beforeEach(async () => {
    storage = await open();
    const opened = anApprovalsApp(storage, { ports: { clock: { now: () => NOON } } });
    app = opened.app;
    return async () => {
      opened.ledger.close();
      await storage.close();
    };
  });

  const colleague = (
    sub: string,
    role: string,
    claims: Readonly<Record<string, unknown>> = {},
  ): Promise<Colleague> => aColleague(async (path, init) => app.request(path, init), sub, role, claims);

  async function commit<Payment extends VendorPayment>({ change, payment }: Made<Payment>): Promise<Payment> {
    (await storage.approvalCommits.commit(change))._unsafeUnwrap();
    return payment;
  }

  return { colleague, commit };
}
