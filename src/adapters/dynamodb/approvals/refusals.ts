import { err } from 'neverthrow';
import type { AuditLogEntry } from '../../../domain/approvals/audit-log.ts';
import { NO_REFUSALS, type Refusal, refusalKey } from '../../../domain/approvals/refusal.ts';
import { jsonText, parseJson } from '../../../domain/kernel/json.ts';
import type { Refusals } from '../../../ports/approvals/refusals.ts';
import type { StaleVersion } from '../../../ports/commits.ts';
import { ABSENT, updateItem } from '../conditional-writes.ts';
import { attempt } from '../faults.ts';
import type { Item } from '../items.ts';
import { findAll, findOne, type Read, within } from '../reads.ts';
import type { Table } from '../table.ts';
import { refused, transact } from '../transactions.ts';
import { refusalCountKey, refusalHeadKey, refusalLinkKey, refusalPartition } from './keys.ts';

/** A link, a count under the link's key and the head: three items, written in one transaction. */
export const dynamodbRefusals = (table: Table, read: Read): Refusals => ({
  countAgain: (id, key) =>
    attempt(() =>
      updateItem(table, {
        Key: refusalCountKey(id, key),
        UpdateExpression: 'ADD attempts :one',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':one': 1 },
      }),
    ).map((counted) => counted !== undefined),

  head: (id) =>
    findOne(read, refusalHeadKey(id), (item) => {
      const { sequence, hash } = item as Readonly<{ sequence: number; hash: string }>;
      return { version: sequence, auditHash: hash };
    }).map((head) => head ?? NO_REFUSALS),

  append(refusal) {
    const { paymentId: id } = refusal;
    const put = (item: Item, condition: object = {}) => ({
      operation: { Put: { TableName: table.name, Item: item, ...condition } },
    });
    const writes = refusalItems(refusal).map((item) => put(item, ABSENT));
    const head = put(refusalHeadItem(refusal));
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
});

/** The link under its place, and its count under its key. */
export const refusalItems = ({ attempts, ...link }: Refusal): readonly Item[] => [
  { ...refusalLinkKey(link.paymentId, link.sequence), record: jsonText(link) },
  { ...refusalCountKey(link.paymentId, refusalKey(link)), sequence: link.sequence, attempts },
];

/** The end of a chain whose last link this is. */
export const refusalHeadItem = ({ paymentId, sequence, hash }: Refusal): Item => ({
  ...refusalHeadKey(paymentId),
  sequence,
  hash,
});
