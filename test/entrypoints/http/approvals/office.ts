import { vendorPayment } from '../../../../src/entrypoints/http/approvals/vendor-payment-schemas.ts';
import { aColleague, anApprovalsApp, aVendorPaymentBody, told } from '../../../support/approvals-app.ts';

/** An app with people in it; `maker` makes the payments, and approves none. */
export async function anOffice(...parts: Parameters<typeof anApprovalsApp>) {
  const opened = anApprovalsApp(...parts);
  const { app } = opened;
  const [maker, dispatcher, admin, system] = await Promise.all([
    aColleague(app.request, 'maker', 'dispatcher'),
    aColleague(app.request, 'dispatcher-1', 'dispatcher'),
    aColleague(app.request, 'admin-1', 'admin'),
    aColleague(app.request, 'incident-service', 'system'),
  ]);
  const create = async (body: object = aVendorPaymentBody()) =>
    vendorPayment.parse(await told(maker.post('/payments', body), 201));
  return { ...opened, maker, dispatcher, admin, system, create };
}

/** The status and the code of a refusal, as one text. */
export const codeOf = async (answer: Promise<Response>) => {
  const response = await answer;
  return `${response.status} ${((await response.json()) as { code?: string }).code}`;
};
