import { randomUUID } from 'node:crypto';
import { okAsync } from 'neverthrow';
import { beforeAll, describe, expect, it } from 'vitest';
import { approvalChange } from '../../src/application/approvals/approval-change.ts';
import { type Approval, hashTerms } from '../../src/domain/approvals/approval.ts';
import type { Approver } from '../../src/domain/approvals/approver.ts';
import type { AuditLogEntry } from '../../src/domain/approvals/audit-log.ts';
import { rejectVendorPayment } from '../../src/domain/approvals/decisions.ts';
import type { IncidentId, PayerId, VendorId, VendorPaymentId } from '../../src/domain/approvals/ids.ts';
import {
  type Approved,
  nextOf,
  type Processing,
  type VendorPayment,
} from '../../src/domain/approvals/vendor-payment.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import { anApprover, approvalPorts, asked } from '../fixtures/approvals.ts';
import { digests } from '../fixtures/changes.ts';
import { aColleague, anApprovalsApp, aVendorPaymentBody, ofCents, told } from '../support/approvals-app.ts';
import type { ApprovalsHand, TamperedApprovals } from '../support/tampering/approvals.ts';

const SMALL = 10_000;
/** Of the tier that asks for two people, an admin among them. */
const LARGE = 600_000;
const GHOST = anApprover('ghost', 'admin');

/** The approvals service on a storage that is written beneath it; what its metadata call suspect is flagged. */
async function aService(storage: ApprovalsStorage) {
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

type Service = Awaited<ReturnType<typeof aService>>;

const approvalBy = (payment: VendorPayment, by: string, ...roles: Approval['roles']): Approval => ({
  by,
  roles,
  at: payment.updatedAt + 1,
  revision: payment.revision,
  termsHash: payment.termsHash,
});

/** The payment as if these had approved it last, in a version of its own. */
const approvedBy = (payment: VendorPayment, ...approvals: readonly Approval[]): Approved => ({
  ...nextOf(payment, payment.updatedAt + 1),
  status: 'approved',
  approvals,
  approvedBy: approvals.at(-1)?.by ?? GHOST.id,
  approvedAt: payment.updatedAt + 1,
});

/** As if its payout had been begun, and were due. */
const begun = (payment: Approved): Processing => ({
  ...payment,
  ...nextOf(payment, payment.updatedAt + 1),
  status: 'processing',
  attempt: 1,
  resumptions: 0,
  dueAt: payment.createdAt,
});

/** New terms, and approvals that are bound to them. */
function onTerms(payment: Approved, terms: Partial<Pick<Approved, 'vendorId' | 'amount' | 'lineItems'>>) {
  const next = { ...payment, ...terms };
  const termsHash = hashTerms(next, digests.sha256);
  const approvals = payment.approvals.map((approval) => ({ ...approval, termsHash }));
  return { ...next, termsHash, approvals };
}

const oneLineOf = (payment: Approved, cents: bigint) => {
  const amount = money(cents, 'USD');
  return {
    amount,
    lineItems: payment.lineItems.map((line) => ({ ...line, unitPrice: amount, total: amount })),
  };
};

/** A payment's state, and a link with the right hash that leads to it from the one before. */
type ForgedMove = Readonly<{ next: VendorPayment; action: string; by?: Approver }>;

/** Writes a payment as it is after these moves, and their links. */
async function forgeMoves(
  service: Service,
  hand: ApprovalsHand,
  before: VendorPayment,
  moves: readonly ForgedMove[],
): Promise<VendorPayment> {
  const links = [...(await service.storage.auditLog.of(before.id))._unsafeUnwrap()];
  let stored = before;
  for (const { next, action, by = GHOST } of moves) {
    const at = next.updatedAt;
    const version = stored.version + 1;
    const move = { ...asked(by), at, action, before: stored, next: { ...next, version } };
    const { change, payment } = approvalChange(approvalPorts, move);
    links.push(change.entry);
    stored = payment;
  }
  await hand.writePayment(stored);
  await hand.writeLinks(before.id, links);
  return stored;
}

/** Writes a payment that was approved or begun, and links that say so; each approval in one of its own actor's. */
function forge(service: Service, hand: ApprovalsHand, before: VendorPayment, next: VendorPayment) {
  const given = next.status === 'approved' ? next.approvals : [];
  const moves = given.map(({ by, roles }, n): ForgedMove => {
    const actor = anApprover(by, ...roles);
    if (n === given.length - 1) return { next, action: 'payment.approved', by: actor };
    const approvals = given.slice(0, n + 1);
    const known = nextOf(before, next.updatedAt);
    return {
      next: { ...known, status: 'pending_approval', approvals },
      action: 'payment.approval_given',
      by: actor,
    };
  });
  const only = [{ next, action: `payment.${next.status}` }];
  return forgeMoves(service, hand, before, moves.length === 0 ? only : moves);
}

const first = (payment: Approved, parts: Partial<Approval>): Approved => ({
  ...payment,
  approvals: payment.approvals.map((approval, n) => (n === 0 ? { ...approval, ...parts } : approval)),
});

/** The payment as if its approvals were an admin's of that name. */
const givenBy = (payment: VendorPayment, by: string): VendorPayment => ({
  ...payment,
  approvals: payment.approvals.map(() => approvalBy(payment, by, 'admin')),
});

/** Edits of an approved payment's rows alone: its chain is as it was. */
const EDITS: readonly (readonly [title: string, edit: (payment: Approved) => VendorPayment])[] = [
  ['its payee is another', (payment) => onTerms(payment, { vendorId: randomUUID() as VendorId })],
  ['its amount is another', (payment) => onTerms(payment, oneLineOf(payment, 999_999n))],
  [
    'a line says something else',
    (payment) =>
      onTerms(payment, {
        lineItems: payment.lineItems.map((line) => ({ ...line, description: 'Another thing' })),
      }),
  ],
  [
    'a line has another id',
    (payment) => ({
      ...payment,
      lineItems: payment.lineItems.map((line) => ({ ...line, id: randomUUID() as typeof line.id })),
    }),
  ],
  ['its incident is another', (payment) => ({ ...payment, incidentId: randomUUID() as IncidentId })],
  ['its payer is another', (payment) => ({ ...payment, payerId: randomUUID() as PayerId })],
  ['its metadata are others', (payment) => ({ ...payment, metadata: { note: 'fine' } })],
  ['its maker is another', (payment) => ({ ...payment, makers: ['ghost'] })],
  ['it has one maker more', (payment) => ({ ...payment, makers: [...payment.makers, 'ghost'] })],
  [
    'its suspicion is gone',
    (payment) => ({ ...payment, fraud: { status: 'low_risk', score: 1, reasons: [] } }),
  ],
  ['its approval is by another person', (payment) => first(payment, { by: 'ghost' })],
  ['its approval is by another role', (payment) => first(payment, { roles: ['admin'] })],
  ['its approval is of another time', (payment) => first(payment, { at: payment.updatedAt - 5 })],
  ['its approval has other notes', (payment) => first(payment, { notes: 'Seen' })],
  [
    'one approval more is there',
    (payment) => ({ ...payment, approvals: [...payment.approvals, approvalBy(payment, 'ghost', 'admin')] }),
  ],
  ['its approvals are gone', (payment) => ({ ...payment, approvals: [] })],
  ['its last approver is another', (payment) => ({ ...payment, approvedBy: 'ghost' })],
  ['its version is older', (payment) => ({ ...payment, version: payment.version - 1 })],
  ['the head of its chain is another', (payment) => ({ ...payment, auditHash: '0'.repeat(64) })],
];

/** Edits of an approved payment's chain alone. */
const CHAINS: readonly (readonly [
  title: string,
  edit: (links: readonly AuditLogEntry[], others: readonly AuditLogEntry[]) => readonly AuditLogEntry[],
])[] = [
  ['its chain is gone', () => []],
  ['its chain lacks the last link', (links) => links.slice(0, -1)],
  ['its chain lacks the first link', (links) => links.slice(1)],
  ['its chain is of another payment', (_, others) => others],
  [
    'its approval was given by another, as its chain says',
    (links) => links.map((link) => ({ ...link, actor: { ...link.actor, id: 'ghost' } })),
  ],
  [
    'a link says another hash before it',
    (links) => links.map((link) => ({ ...link, previousHash: '0'.repeat(64) })),
  ],
];

/** A history with every hash right that no entitled person can have made; what each lacks is asked for once. */
const FORGERIES: readonly (readonly [
  title: string,
  payment: Readonly<{ cents: number; suspect?: true }>,
  forged: (payment: VendorPayment) => Approved,
])[] = [
  ['nobody approved', { cents: SMALL }, (payment) => approvedBy(payment)],
  [
    'its maker approved',
    { cents: SMALL },
    (payment) => approvedBy(payment, approvalBy(payment, 'maker', 'admin')),
  ],
  [
    'one of two approved',
    { cents: LARGE },
    (payment) => approvedBy(payment, approvalBy(payment, 'ghost', 'admin')),
  ],
  [
    'one person approved twice',
    { cents: LARGE },
    (payment) =>
      approvedBy(payment, approvalBy(payment, 'ghost', 'admin'), approvalBy(payment, 'ghost', 'dispatcher')),
  ],
  [
    'two dispatchers approved what an admin must',
    { cents: LARGE },
    (payment) =>
      approvedBy(
        payment,
        approvalBy(payment, 'ghost', 'dispatcher'),
        approvalBy(payment, 'spook', 'dispatcher'),
      ),
  ],
  [
    'one of two approved in a role that may not',
    { cents: LARGE },
    (payment) =>
      approvedBy(payment, approvalBy(payment, 'ghost', 'admin'), approvalBy(payment, 'spook', 'system')),
  ],
  [
    'a dispatcher approved what was flagged',
    { cents: SMALL, suspect: true },
    (payment) => approvedBy(payment, approvalBy(payment, 'ghost', 'dispatcher')),
  ],
  [
    'other terms were approved',
    { cents: SMALL },
    (payment) => approvedBy(payment, { ...approvalBy(payment, 'ghost', 'admin'), termsHash: 'f'.repeat(64) }),
  ],
  [
    'its payee is not the one in the terms that were approved',
    { cents: SMALL },
    (payment) => ({
      ...approvedBy(payment, approvalBy(payment, 'ghost', 'admin')),
      vendorId: randomUUID() as VendorId,
    }),
  ],
];

const AN_EARLIER_REVISION = [
  'the approval is of an earlier revision of the same terms',
  { cents: SMALL },
  (payment: VendorPayment) => ({
    ...approvedBy(payment, { ...approvalBy(payment, 'ghost', 'admin'), revision: 1 }),
    revision: 2,
  }),
] as const;

/** Whose approval it is, as a chain with every hash right has it: each lacks one thing of what its own actor's link would say. */
const UNGIVEN: readonly (readonly [
  title: string,
  forged: (payment: VendorPayment) => readonly ForgedMove[],
])[] = [
  [
    'an approval has the link of another person',
    (payment) => [
      { next: approvedBy(payment, approvalBy(payment, 'dispatcher', 'admin')), action: 'payment.approved' },
    ],
  ],
  [
    'an approval has the link of its giver, who held another role',
    (payment) => [
      {
        next: approvedBy(payment, approvalBy(payment, 'dispatcher', 'admin')),
        action: 'payment.approved',
        by: anApprover('dispatcher', 'dispatcher'),
      },
    ],
  ],
  [
    'an approval is known by what its giver is not',
    (payment) => [
      {
        next: approvedBy(payment, { ...approvalBy(payment, 'ghost', 'admin'), identities: ['sub:spook'] }),
        action: 'payment.approved',
      },
    ],
  ],
  [
    'an approval is of another time than its link',
    (payment) => [
      {
        next: approvedBy(payment, { ...approvalBy(payment, 'ghost', 'admin'), at: payment.updatedAt }),
        action: 'payment.approved',
      },
    ],
  ],
  [
    'an approval came with a change of the terms',
    (payment) => [
      { next: approvedBy(payment, approvalBy(payment, 'ghost', 'admin')), action: 'payment.changed' },
    ],
  ],
  [
    'an approval came with a move that is none',
    (payment) => [
      { next: approvedBy(payment, approvalBy(payment, 'ghost', 'admin')), action: 'payment.forged' },
    ],
  ],
  [
    'an approval was turned into another’s by a later link',
    (payment) => {
      const approved = approvedBy(payment, approvalBy(payment, 'maker', 'admin'));
      return [
        { next: approved, action: 'payment.approved', by: anApprover('maker', 'admin') },
        {
          next: {
            ...approved,
            approvals: [approvalBy(payment, 'ghost', 'admin')],
            approvedBy: 'ghost',
          },
          action: 'payment.approved',
        },
      ];
    },
  ],
  [
    'the maker was turned into another by the link of the approval',
    (payment) => [
      {
        next: {
          ...approvedBy(payment, approvalBy(payment, 'maker', 'admin')),
          makers: ['spook'],
          makerIdentities: ['sub:spook'],
        },
        action: 'payment.approved',
        by: anApprover('maker', 'admin'),
      },
    ],
  ],
  [
    'the rejection was taken back',
    (payment) => {
      const rejected = { by: GHOST, at: payment.updatedAt + 1, reason: 'No' };
      const cancelled = rejectVendorPayment(payment, rejected)._unsafeUnwrap();
      return [
        { next: cancelled, action: 'payment.rejected' },
        { next: approvedBy(payment, approvalBy(payment, 'ghost', 'admin')), action: 'payment.approved' },
      ];
    },
  ],
];

const NOT_INTACT = { status: 409, code: 'payment_not_intact', paid: 0 };
const VOID = { status: 409, code: 'approval_void', paid: 0 };

/**
 * What the approvals service makes of a storage that somebody wrote to beneath it: no money leaves. `open` gives an empty
 * store of its own.
 */
export function editedPaymentsScenario(
  name: 'memory' | 'Postgres' | 'DynamoDB' | 'DynamoDB Local',
  open: () => Promise<TamperedApprovals> | TamperedApprovals,
): void {
  describe(`a vendor's payment that was edited beneath paywright: ${name}`, () => {
    let service: Service;
    let hand: ApprovalsHand;
    beforeAll(async () => {
      const tampered = await open();
      ({ hand } = tampered);
      service = await aService(tampered.storage);
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
