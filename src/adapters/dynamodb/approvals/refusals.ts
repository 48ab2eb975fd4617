import { err, ok } from 'neverthrow';
import type { AuditLogEntry } from '../../../domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../../domain/approvals/ids.ts';
import {
  NO_REFUSALS,
  type Refusal,
  type RefusalHead,
  refusalKey,
} from '../../../domain/approvals/refusal.ts';
import { jsonText, parseJson } from '../../../domain/kernel/json.ts';
import type { Refusals } from '../../../ports/approvals/refusals.ts';
import type { StaleVersion } from '../../../ports/commits.ts';
import { ABSENT } from '../conditional-writes.ts';
import type { Item } from '../items.ts';
import { findAll, findOne, type Read, within } from '../reads.ts';
import type { ItemKey, Table } from '../table.ts';
import { refused, transact } from '../transactions.ts';
import { refusalCountKey, refusalHeadKey, refusalLinkKey, refusalPartition } from './keys.ts';

/** A link, a count under the link's key and the head: three items, written in one transaction. */
export const dynamodbRefusals = (table: Table, read: Read): Refusals => {
  const oneMore = (Key: ItemKey) => ({
    TableName: table.name,
    Key,
    UpdateExpression: 'ADD attempts :one',
    ExpressionAttributeValues: { ':one': 1 },
  });
  return {
    countAgain: (id, key) =>
      transact<NotCounted>(
        table,
        [
          { operation: { Update: { ...oneMore(refusalCountKey(id, key)), ...PRESENT } } },
          { operation: { Update: oneMore(refusalHeadKey(id)) } },
        ],
        (fault) => (refused([key], fault)?.length === 1 ? err({ kind: 'NotCounted' }) : undefined),
      )
        .map(() => true)
        .orElse((failure) => (failure.kind === 'NotCounted' ? ok(false) : err(failure))),

    head: (id) =>
      findOne(read, refusalHeadKey(id), (item) => {
        const { sequence, hash, attempts } = item as Readonly<{
          sequence: number;
          hash: string;
          attempts: number;
        }>;
        return { version: sequence, auditHash: hash, attempts };
      }).map((head) => head ?? NO_REFUSALS),

    append(refusal) {
      const { paymentId: id } = refusal;
      const put = (item: Item, condition: object = {}) => ({
        operation: { Put: { TableName: table.name, Item: item, ...condition } },
      });
      const writes = refusalItems(refusal).map((item) => put(item, ABSENT));
      const head = {
        operation: {
          Update: {
            TableName: table.name,
            Key: refusalHeadKey(id),
            UpdateExpression: 'SET #sequence = :sequence, #hash = :hash ADD attempts :attempts',
            ExpressionAttributeNames: { '#sequence': 'sequence', '#hash': 'hash' },
            ExpressionAttributeValues: {
              ':sequence': refusal.sequence,
              ':hash': refusal.hash,
              ':attempts': refusal.attempts,
            },
          },
        },
      };
      return transact<StaleVersion>(table, [...writes, head], (fault) => {
        const failed = refused(writes, fault);
        return failed === undefined || failed.length === 0
          ? undefined
          : err<never, StaleVersion>({ kind: 'StaleVersion', id });
      });
    },

    of: (id) =>
      findAll(table, within(refusalPartition(id)), (item) => item).map((items) => {
        const attempts = new Map(
          items.flatMap(({ sequence, attempts: count, sk }) =>
            String(sk).startsWith('A#') ? [[sequence as number, count as number] as const] : [],
          ),
        );
        return items.flatMap(({ sk, record }): Refusal[] => {
          if (!String(sk).startsWith('L#')) return [];
          const link = parseJson(String(record)) as unknown as AuditLogEntry;
          return [{ ...link, attempts: attempts.get(link.sequence) ?? 1 }];
        });
      }),
  };
};

type NotCounted = Readonly<{ kind: 'NotCounted' }>;
const PRESENT = { ConditionExpression: 'attribute_exists(pk)' };

/** The link under its place, and its count under its key. */
export const refusalItems = ({ attempts, ...link }: Refusal): readonly Item[] => [
  { ...refusalLinkKey(link.paymentId, link.sequence), record: jsonText(link) },
  { ...refusalCountKey(link.paymentId, refusalKey(link)), sequence: link.sequence, attempts },
];

/** The end of a payment's chain. */
export const refusalHeadItem = (
  id: VendorPaymentId,
  { version, auditHash, attempts }: RefusalHead,
): Item => ({ ...refusalHeadKey(id), sequence: version, hash: auditHash, attempts });
