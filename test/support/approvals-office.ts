import { expect } from 'vitest';
import { aColleague, anApprovalsApp, told } from './approvals-app.ts';

/** An office of approvals in memory, and who works in it. */
export async function anOffice() {
  const office = anApprovalsApp();
  const { request } = office.app;
  return {
    office,
    maker: await aColleague(request, 'maker', 'dispatcher'),
    dispatcher: await aColleague(request, 'dispatcher-1', 'dispatcher'),
    admin: await aColleague(request, 'admin-1', 'admin'),
    system: await aColleague(request, 'incident-service', 'system'),
    /** How many payments are stored. */
    kept: async () => {
      const { vendorPayments } = office.storage;
      return (await vendorPayments.list({}, { order: 'newest', limit: 100 }))._unsafeUnwrap().length;
    },
  };
}

type RefusedRequest = Readonly<{
  code: string;
  detail: string;
  errors?: readonly { path: string; message: string }[];
}>;

/** Refused with this status and code, and nothing kept of it. */
export async function refused(
  response: Promise<Response>,
  status: number,
  code: string,
): Promise<RefusedRequest> {
  const problem = await told<RefusedRequest>(response, status);
  expect(problem.code).toBe(code);
  return problem;
}
