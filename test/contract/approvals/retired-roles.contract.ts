import { beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/domain/approvals/approver.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import { aCreation, anApprover, anUncheckedApproval } from '../../fixtures/approvals.ts';
import { aColleague, anApprovalsApp, told } from '../../support/approvals-app.ts';

/** What was approved in a role that can no longer be given: read as it was, over HTTP, as the document says. */
export function retiredRolesContract(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  describe(`roles that are no longer accepted: ${adapter}`, () => {
    let storage: ApprovalsStorage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    it('stay readable in approvals and in the audit log, and permit nothing', async () => {
      const { app } = anApprovalsApp(storage);
      const auditor = anApprover('auditor-1', 'auditor' as Role);
      const created = aCreation();
      const approved = anUncheckedApproval(created.payment, auditor, { isLast: false });
      for (const { change } of [created, approved])
        (await storage.approvalCommits.commit(change))._unsafeUnwrap();
      const send = (path: string, init: RequestInit) => app.request(path, init);
      const admin = await aColleague(send, 'admin-9', 'admin');
      const path = `/payments/${created.payment.id}`;
      expect(await told(admin.get(path), 200)).toMatchObject({
        approvals: [{ by: 'auditor-1', roles: ['auditor'] }],
      });
      const { entries } = await told<{ entries: readonly unknown[] }>(admin.get(`${path}/audit`), 200);
      expect(entries).toHaveLength(2);
      const late = await aColleague(send, 'auditor-2', 'auditor');
      await told(late.post(`${path}/approve`, {}), 403);
      await told(admin.get('/payments/pending'), 200);
    });
  });
}
