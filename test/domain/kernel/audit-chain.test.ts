import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GENESIS_HASH, linkOfChange } from '../../../src/domain/kernel/audit-chain.ts';
import { type AuditEntry, auditTrailChain } from '../../../src/domain/kernel/audit-entry.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import type { JsonObject } from '../../../src/domain/kernel/json.ts';
import { aMerchantId, digests, NOON } from '../../fixtures/changes.ts';
import { trying } from '../arbitraries.ts';

type Chain = readonly AuditEntry[];
type Draft = Omit<AuditEntry, 'hash'>;

const ENTITY = `pay_${'1'.repeat(32)}`;

function draft(sequence: number, previousHash: string, note: string): Draft {
  return {
    id: idOf('aud', sequence.toString(16).padStart(32, '0')),
    entityType: 'payment',
    entityId: ENTITY,
    merchantId: aMerchantId(),
    sequence,
    action: 'payment.succeeded',
    actor: { id: 'user-1', type: 'user' },
    ipAddress: '127.0.0.1',
    userAgent: 'test',
    before: { status: 'processing', note },
    after: { status: 'succeeded', amount: 2n ** 60n + BigInt(sequence) },
    metadata: { request_id: 'req-1' },
    timestamp: NOON + sequence,
    previousHash,
  };
}

function chainOf(notes: readonly string[]): Chain {
  const chain: AuditEntry[] = [];
  for (const [index, note] of notes.entries())
    chain.push(
      auditTrailChain.seal(draft(index + 1, chain.at(-1)?.hash ?? GENESIS_HASH, note), digests.sha256),
    );
  return chain;
}

const headOf = (chain: Chain) => ({
  id: ENTITY,
  version: chain.length,
  auditHash: chain.at(-1)?.hash ?? GENESIS_HASH,
});
const verify = (chain: Chain, head: ReturnType<typeof headOf>) =>
  auditTrailChain.verify(chain, head, digests.sha256);
const faultOf = (chain: Chain, head: ReturnType<typeof headOf>) => verify(chain, head)._unsafeUnwrapErr();

const chain = fc.array(fc.string(), { minLength: 1, maxLength: 8 }).map(chainOf);
const place = fc.nat({ max: 100 });

const without = (link: AuditEntry, name: keyof AuditEntry) =>
  Object.fromEntries(Object.entries(link).filter(([each]) => each !== name)) as AuditEntry;

/** One field of a link made different. */
const EDITS: readonly ((link: AuditEntry) => AuditEntry)[] = [
  (link) => ({ ...link, id: idOf('aud', 'f'.repeat(32)) }),
  (link) => ({ ...link, entityType: 'transaction' }),
  (link) => ({ ...link, entityId: `pay_${'2'.repeat(32)}` }),
  (link) => ({ ...link, merchantId: aMerchantId('someone-else') }),
  (link) => ({ ...link, sequence: link.sequence + 1 }),
  (link) => ({ ...link, action: 'payment.failed' }),
  (link) => ({ ...link, actor: { ...link.actor, id: 'user-2' } }),
  (link) => ({ ...link, actor: { ...link.actor, type: 'admin' } }),
  (link) => ({ ...link, ipAddress: '127.0.0.2' }),
  (link) => without(link, 'ipAddress'),
  (link) => ({ ...link, userAgent: 'other' }),
  (link) => ({ ...link, before: { ...link.before, note: { was: link.before?.['note'] } } }),
  (link) => ({ ...link, after: { ...link.after, amount: 2n ** 60n - 1n } }),
  (link) => without(link, 'after'),
  (link) => ({ ...link, metadata: { request_id: 'req-2' } }),
  (link) => ({ ...link, timestamp: link.timestamp + 1 }),
  (link) => ({ ...link, previousHash: '1'.repeat(64) }),
  (link) => ({ ...link, hash: '1'.repeat(64) }),
];

const at = (links: Chain, position: number) => position % links.length;
const replaced = (links: Chain, position: number, link: AuditEntry) => links.with(position, link);

describe('an audit chain', () => {
  it('of untouched links verifies', () => {
    fc.assert(
      fc.property(chain, (links) => {
        expect(verify(links, headOf(links))._unsafeUnwrap()).toBe(links.length);
      }),
      trying(200),
    );
  });

  it('shows an edit of any field of any link', () => {
    fc.assert(
      fc.property(chain, place, fc.constantFrom(...EDITS), (links, position, edit) => {
        const index = at(links, position);
        const bent = replaced(links, index, edit(links[index] as AuditEntry));
        expect(faultOf(bent, headOf(links)).sequence).toBe(index + 1);
      }),
      trying(600),
    );
  });

  it('shows an edited link that was sealed again', () => {
    fc.assert(
      fc.property(chain, place, fc.constantFrom(...EDITS.slice(0, -1)), (links, position, edit) => {
        const index = at(links, position);
        const resealed = auditTrailChain.seal(edit(links[index] as AuditEntry), digests.sha256);
        expect(verify(replaced(links, index, resealed), headOf(links)).isErr()).toBe(true);
      }),
      trying(600),
    );
  });

  it('shows an edited link after which every later link was sealed again', () => {
    fc.assert(
      fc.property(chain, place, (links, position) => {
        const forged: AuditEntry[] = [];
        for (const [index, link] of links.entries()) {
          const previousHash = forged.at(-1)?.hash ?? GENESIS_HASH;
          const action = index === at(links, position) ? 'payment.forged' : link.action;
          forged.push(auditTrailChain.seal({ ...link, action, previousHash }, digests.sha256));
        }
        expect(faultOf(forged, headOf(links)).fault).toBe('cut');
      }),
      trying(200),
    );
  });

  it('shows the deletion of any link', () => {
    fc.assert(
      fc.property(chain, place, (links, position) => {
        const index = at(links, position);
        const { fault, sequence } = faultOf(links.toSpliced(index, 1), headOf(links));
        expect(sequence).toBe(index + 1);
        expect(fault).toBe(index === links.length - 1 ? 'cut' : 'missing');
      }),
      trying(300),
    );
  });

  it('shows the insertion of a link, a copy or a new one', () => {
    fc.assert(
      fc.property(chain, place, place, fc.boolean(), (links, position, source, copy) => {
        const index = position % (links.length + 1);
        const previousHash = links[index - 1]?.hash ?? GENESIS_HASH;
        const extra = copy
          ? (links[at(links, source)] as AuditEntry)
          : auditTrailChain.seal(draft(index + 1, previousHash, 'inserted'), digests.sha256);
        expect(verify(links.toSpliced(index, 0, extra), headOf(links)).isErr()).toBe(true);
      }),
      trying(300),
    );
  });

  it('shows two links that changed places', () => {
    fc.assert(
      fc.property(chain, place, place, (links, first, second) => {
        const [a, b] = [at(links, first), at(links, second)];
        fc.pre(a !== b);
        const swapped = links.with(a, links[b] as AuditEntry).with(b, links[a] as AuditEntry);
        expect(faultOf(swapped, headOf(links)).sequence).toBe(Math.min(a, b) + 1);
      }),
      trying(300),
    );
  });

  it('shows a tail cut of any length, down to nothing', () => {
    fc.assert(
      fc.property(chain, place, (links, position) => {
        const length = at(links, position);
        expect(faultOf(links.slice(0, length), headOf(links))).toEqual({
          kind: 'BrokenChain',
          entityId: ENTITY,
          sequence: length + 1,
          fault: 'cut',
        });
      }),
      trying(200),
    );
  });

  it('does not verify as another entity’s', () => {
    const links = chainOf(['a', 'b']);
    const head = { ...headOf(links), id: `pay_${'9'.repeat(32)}` };
    expect(faultOf(links, head)).toMatchObject({ sequence: 1, fault: 'edited' });
  });

  it('hashes the same whatever the order in which the fields were stored', () => {
    fc.assert(
      fc.property(fc.string(), (note) => {
        const link = draft(1, GENESIS_HASH, note);
        const shuffled = Object.fromEntries(Object.entries(link).reverse()) as Draft;
        expect(auditTrailChain.seal(shuffled, digests.sha256).hash).toBe(
          auditTrailChain.seal(link, digests.sha256).hash,
        );
      }),
      trying(50),
    );
  });

  it('has the hashes that links were stored with from the first version on', () => {
    const { seal } = auditTrailChain;
    const link = { ...draft(2, GENESIS_HASH, 'as it was'), timestamp: NOON };
    expect(seal(link, digests.sha256).hash).toBe(
      'a6f7dc0c517d726b4b58dc8cf04be8cc0c57febd9d4875989019263198e0ac5b',
    );
    const bare = Object.fromEntries(
      Object.entries({ ...link, sequence: 1 }).filter(
        ([name]) => !['ipAddress', 'userAgent', 'before', 'metadata'].includes(name),
      ),
    ) as Draft;
    expect(seal(bare, digests.sha256).hash).toBe(
      '65642c96ae71936fa5a1209eea45be17a7750264ec6b0972a80e02331beaaeb0',
    );
  });

  it('verifies a record that its links add up to, and no other', () => {
    const records = [{ a: 1, gone: 'x' }, { a: 2n ** 60n }, { a: 3, late: 'z' }];
    const links: AuditEntry[] = [];
    for (const [index, record] of records.entries()) {
      const last = links.at(-1);
      const before = last && { record: records[index - 1] ?? {}, auditHash: last.hash };
      const { before: _, ...rest } = draft(index + 1, '', '');
      links.push(auditTrailChain.seal({ ...rest, ...linkOfChange(before, record) }, digests.sha256));
    }
    const stored = (record: JsonObject) =>
      auditTrailChain.verifyRecord(links, { ...headOf(links), record }, digests.sha256);
    expect(stored({ late: 'z', a: 3 })._unsafeUnwrap()).toBe(3);
    for (const record of [{ a: 3 }, { a: 4, late: 'z' }, { a: 3, late: 'z', gone: 'x' }])
      expect(stored(record)._unsafeUnwrapErr()).toEqual({ kind: 'RecordDiffers', entityId: ENTITY });
    const cut = { ...headOf(links), version: 2, record: { a: 3, late: 'z' } };
    expect(auditTrailChain.verifyRecord(links, cut, digests.sha256)._unsafeUnwrapErr()).toMatchObject({
      kind: 'BrokenChain',
      fault: 'cut',
    });
  });

  it.each([
    ['another value', { record: { by: 'other', status: 'pending' } }],
    ['a field more', { record: { by: 'ann', status: 'pending', late: true } }],
    ['a field less', { record: { status: 'pending' } }],
  ])('shows a change that began with an edited record: %s', (_, edited) => {
    const { before: _before, ...first } = draft(1, '', '');
    const opened = linkOfChange(undefined, { by: 'ann', status: 'pending' });
    const one = auditTrailChain.seal({ ...first, ...opened }, digests.sha256);
    const record = { by: 'eve', status: 'approved' };
    const { before: __, ...second } = draft(2, '', '');
    const change = linkOfChange({ ...edited, auditHash: one.hash }, record);
    const links = [one, auditTrailChain.seal({ ...second, ...change }, digests.sha256)];
    expect(
      auditTrailChain.verifyRecord(links, { ...headOf(links), record }, digests.sha256)._unsafeUnwrapErr(),
    ).toEqual({ kind: 'BrokenChain', entityId: ENTITY, sequence: 2, fault: 'edited' });
  });
});
