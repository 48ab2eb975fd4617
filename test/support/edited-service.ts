import { okAsync } from 'neverthrow';
import type { VendorPaymentId } from '../../src/domain/approvals/ids.ts';
import { type Approved, type VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import { aColleague, anApprovalsApp, aVendorPaymentBody, ofCents, told } from './approvals-app.ts';

export const SMALL = 10_000;
/** Of the tier that asks for two people, an admin among them. */
export const LARGE = 600_000;

/** The approvals service on a storage that is written beneath it; what its metadata call suspect is flagged. */
export async function anEditedService(storage: ApprovalsStorage) {
  const service = anApprovalsApp(storage, {
    ports: {
      fraudScorer: {
        score: ({ metadata }) => okAsync({ score: metadata['suspect'] === true ? 900 : 0, reasons: [] }),
      },
    },
  });
  const as = (name: string, role: string) => aColleague(service.app.request, name, role);
  const [maker, dispatcher, admin] = await Promise.all([
    as('maker', 'admin'),
    as('dispatcher', 'dispatcher'),
    as('admin', 'admin'),
  ]);
  const stored = async (id: string): Promise<VendorPayment> => {
    const payment = (await storage.vendorPayments.find(id as VendorPaymentId))._unsafeUnwrap();
    if (payment === undefined) throw new Error(`no payment ${id}`);
    return payment;
  };
  const create = async (cents: number, metadata = {}): Promise<VendorPayment> => {
    const body = aVendorPaymentBody({ ...ofCents(cents), metadata });
    const { paymentId } = await told<{ paymentId: string }>(maker.post('/payments', body), 201);
    return stored(paymentId);
  };
  const paidFor = ({ id }: VendorPayment) =>
    service.ledger.paid().filter(({ reference }) => reference === id).length;
  return {
    ...service,
    stored,
    create,
    paidFor,
    async approved(cents = SMALL): Promise<Approved> {
      const { id } = await create(cents);
      await told(dispatcher.post(`/payments/${id}/approve`), 200);
      if (cents === LARGE) await told(admin.post(`/payments/${id}/approve`), 200);
      return (await stored(id)) as Approved;
    },
    /** Half-way: one of two has approved it. */
    async halfApproved(): Promise<VendorPayment> {
      const { id } = await create(LARGE);
      await told(dispatcher.post(`/payments/${id}/approve`), 200);
      return stored(id);
    },
    async approveAgain({ id }: VendorPayment) {
      const response = await dispatcher.post(`/payments/${id}/approve`);
      return { status: response.status, code: ((await response.json()) as { code?: string }).code };
    },
    async change({ id }: VendorPayment) {
      const response = await admin.patch(`/payments/${id}`, { metadata: { note: 'other' } });
      return { status: response.status, code: ((await response.json()) as { code?: string }).code };
    },
    reject: ({ id }: VendorPayment) => told(admin.post(`/payments/${id}/reject`, { reason: 'No' }), 200),
    pay: ({ id }: VendorPayment) => told(maker.post(`/payments/${id}/process`), 200),
    /** What the request to pay is answered, and how often money left for the payment. */
    async process(payment: VendorPayment) {
      const response = await maker.post(`/payments/${payment.id}/process`);
      const { code } = (await response.json()) as { code?: string };
      return { status: response.status, code, paid: paidFor(payment) };
    },
    /** Recovery's round over everything that is due; how often money left for the payment. */
    async recover(payment: VendorPayment) {
      const round = (await service.useCases.recoverPayouts(1_000))._unsafeUnwrap();
      return { stuck: round.stuck, paid: paidFor(payment) };
    },
  };
}

export type EditedService = Awaited<ReturnType<typeof anEditedService>>;
