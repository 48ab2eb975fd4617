import { beforeAll, describe, expect, it } from 'vitest';
import { verifyApprovals } from '../../src/application/approvals/verify-approvals.ts';
import { type Approved } from '../../src/domain/approvals/vendor-payment.ts';
import { digests } from '../fixtures/changes.ts';
import { CHAINS, EDITS, givenBy } from '../fixtures/edited-payments.ts';
import { AN_EARLIER_REVISION, FORGERIES, UNGIVEN } from '../fixtures/forged-payments.ts';
import { anEditedService, type EditedService, LARGE, SMALL } from '../support/edited-service.ts';
import { approvalBy, approvedBy, begun, forge, forgeMoves } from '../support/forged-histories.ts';
import type { ApprovalsHand, TamperedApprovals } from '../support/tampering/approvals.ts';

const NOT_INTACT = { status: 409, code: 'payment_not_intact', paid: 0 };
const VOID = { status: 409, code: 'approval_void', paid: 0 };

/**
 * What the approvals service makes of a storage that was written to beneath it: no money leaves. `open` gives an empty
 * store of its own.
 */
export function editedPaymentsScenario(
  name: 'memory' | 'Postgres' | 'DynamoDB' | 'DynamoDB Local',
  open: () => Promise<TamperedApprovals> | TamperedApprovals,
): void {
  describe(`a vendor's payment that was edited beneath paywright: ${name}`, () => {
    let service: EditedService;
    let hand: ApprovalsHand;
    beforeAll(async () => {
      const tampered = await open();
      ({ hand } = tampered);
      service = await anEditedService(tampered.storage);
      return () => tampered.close();
    });
    const forgeries = [...FORGERIES, ...(name === 'Postgres' ? [] : [AN_EARLIER_REVISION])];

    it('is paid as long as it was not', async () => {
      expect(await service.process(await service.approved())).toEqual({ status: 200, paid: 1 });
      expect(await service.process(await service.approved(LARGE))).toEqual({ status: 200, paid: 1 });
    });

    it('is not paid when its rows say that it was approved', async () => {
      const payment = await service.create(SMALL);
      const forged = approvedBy(payment, approvalBy(payment, 'ghost', 'admin'));
      for (const version of [payment.version, forged.version]) {
        await hand.writePayment({ ...forged, version });
        expect(await service.process(payment)).toEqual(NOT_INTACT);
      }
    });

    it('is an error in the log and a count in the metrics, each time that its payout is withheld', async () => {
      const payment = await service.approved();
      await hand.writePayment({ ...payment, makers: ['ghost'] });
      const reports = () =>
        service.lines
          .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
          .filter(({ payment_id }) => payment_id === payment.id);
      const counted = async () => {
        const { values } = await service.metrics.registry
          .getSingleMetric('paywright_payouts_withheld_total')!
          .get();
        return values.find(({ labels }) => labels['reason'] === 'payment_not_intact')?.value ?? 0;
      };
      const before = await counted();
      for (let times = 1; times <= 2; times += 1) {
        expect(await service.process(payment)).toEqual(NOT_INTACT);
        expect(await counted()).toBe(before + times);
        expect(reports()).toHaveLength(times);
      }
      expect(reports()[0]).toMatchObject({
        level: 'error',
        code: 'PaymentNotIntact',
        msg: 'payout withheld',
      });
    });

    it('is not paid when its rows say that its payout was begun', async () => {
      const payment = await service.create(SMALL);
      const forged = begun(approvedBy(payment, approvalBy(payment, 'ghost', 'admin')));
      await hand.writePayment({ ...forged, version: payment.version });
      expect(await service.recover(payment)).toEqual({ stuck: 1, paid: 0 });
      await hand.writePayment(payment);
    });

    it.each(EDITS)('is not paid when %s', async (_, edit) => {
      const payment = await service.approved();
      await hand.writePayment(edit(payment));
      expect(await service.process(payment)).toEqual(NOT_INTACT);
    });

    it.each(CHAINS)('is not paid when %s', async (_, edit) => {
      const [payment, other] = [await service.approved(), await service.approved()];
      const [links, others] = await Promise.all(
        [payment, other].map(async ({ id }) => (await service.storage.auditLog.of(id))._unsafeUnwrap()),
      );
      await hand.writeLinks(
        payment.id,
        edit(
          links ?? [],
          (others ?? []).map((link) => ({ ...link, paymentId: payment.id })),
        ),
      );
      expect(await service.process(payment)).toEqual(NOT_INTACT);
    });

    it('is not paid when it was rejected and its rows say that it was not', async () => {
      const payment = await service.approved();
      await service.reject(payment);
      const { version, auditHash } = await service.stored(payment.id);
      await hand.writePayment({ ...payment, version, auditHash });
      expect(await service.process(payment)).toEqual(NOT_INTACT);
    });

    it('is neither approved nor changed once an approval of it was edited, and can be rejected', async () => {
      const payment = await service.halfApproved();
      await hand.writePayment(givenBy(payment, 'ghost'));
      const refused = { status: 409, code: 'payment_not_intact' };
      expect(await service.approveAgain(payment)).toEqual(refused);
      expect(await service.change(payment)).toEqual(refused);
      expect((await service.stored(payment.id)).version).toBe(payment.version);
      await service.reject(payment);
    });

    it('is not paid when a link of its chain took up an approval that was edited before it', async () => {
      const payment = await service.halfApproved();
      const edited = givenBy(payment, 'ghost');
      await hand.writePayment(edited);
      const [ghosts] = edited.approvals;
      if (ghosts === undefined) throw new Error('it was approved by one');
      const next = approvedBy(edited, ghosts, approvalBy(edited, 'dispatcher', 'dispatcher'));
      await forge(service, hand, edited, next);
      expect(await service.process(payment)).toEqual(NOT_INTACT);
    });

    it('is not paid twice when rows and chain are set back to before it was paid', async () => {
      const payment = await service.approved();
      const links = (await service.storage.auditLog.of(payment.id))._unsafeUnwrap();
      await service.pay(payment);
      await hand.writePayment(payment);
      await hand.writeLinks(payment.id, links);
      expect(await service.process(payment)).toEqual({ status: 200, paid: 1 });
    });

    it.each(forgeries)(
      'is not paid by a history with every hash right in which %s',
      async (_, parts, forged) => {
        const payment = await service.create(parts.cents, 'suspect' in parts ? { suspect: true } : {});
        await forge(service, hand, payment, forged(payment));
        expect(await service.process(payment)).toEqual(VOID);
      },
    );

    it.each(UNGIVEN)('is not paid by a history with every hash right in which %s', async (_, forged) => {
      const payment = await service.create(SMALL);
      await forgeMoves(service, hand, payment, forged(payment));
      expect(await service.process(payment)).toEqual(VOID);
    });

    // Recovery judges as `process` does, whatever the storage.
    it.each(name === 'memory' ? UNGIVEN : [])(
      'is not paid by recovery after a history in which %s',
      async (_, forged) => {
        const payment = await service.create(SMALL);
        const approved = await forgeMoves(service, hand, payment, forged(payment));
        await forge(service, hand, approved, begun(approved as Approved));
        expect(await service.recover(payment)).toEqual({ stuck: 1, paid: 0 });
      },
    );

    it.each(name === 'memory' ? UNGIVEN : [])(
      'is found by verify after a history with every hash right in which %s',
      async (_, forged) => {
        const { storage, hand: itsHand, close } = await open();
        const alone = await anEditedService(storage);
        const clock = { now: () => Date.now() + 120_000 };
        const verify = () => verifyApprovals({ ...storage, digests, clock })(() => {});
        const payment = await alone.create(SMALL);
        expect((await verify())._unsafeUnwrap()).toMatchObject({ payments: 1 });
        await forgeMoves(alone, itsHand, payment, forged(payment));
        const bad = { kind: 'BadRow', row: 'vendor_payment', id: payment.id, fault: 'impossible' };
        expect((await verify())._unsafeUnwrapErr()).toEqual(bad);
        await close();
      },
    );

    it('is paid by a history with every hash right in which entitled people made each move', async () => {
      const payment = await service.create(LARGE);
      const approvals = [approvalBy(payment, 'ghost', 'admin'), approvalBy(payment, 'spook', 'dispatcher')];
      await forge(service, hand, payment, approvedBy(payment, ...approvals));
      expect(await service.process(payment)).toEqual({ status: 200, paid: 1 });
    });

    it.each(forgeries)(
      'is not paid by recovery after a history with every hash right in which %s',
      async (_, parts, forged) => {
        const payment = await service.create(parts.cents, 'suspect' in parts ? { suspect: true } : {});
        const approved = await forge(service, hand, payment, forged(payment));
        await forge(service, hand, approved, begun(approved as Approved));
        expect(await service.recover(payment)).toEqual({ stuck: 1, paid: 0 });
      },
    );
  });
}
