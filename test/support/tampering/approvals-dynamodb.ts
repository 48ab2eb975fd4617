import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { linkItem, vendorPaymentItem } from '../../../src/adapters/dynamodb/approvals/approval-items.ts';
import { approvalKey, linkKey, listKey } from '../../../src/adapters/dynamodb/approvals/keys.ts';
import { approvalsDynamodbStorage } from '../../../src/adapters/dynamodb/approvals/storage.ts';
import type { Item } from '../../../src/adapters/dynamodb/items.ts';
import type { ItemKey } from '../../../src/adapters/dynamodb/table.ts';
import type { TamperedApprovals } from './approvals.ts';

type Table = Readonly<{ client: DynamoDBDocumentClient; table: string }>;

/** A table that is this store's alone, and a hand with the console's rights. */
export function tamperedApprovalsDynamoDb(at: Table): TamperedApprovals & Readonly<{ at: Table }> {
  const storage = approvalsDynamodbStorage(at);
  const put = (item: Item) => at.client.send(new PutCommand({ TableName: at.table, Item: { ...item } }));
  const remove = ({ pk, sk }: ItemKey) =>
    at.client.send(new DeleteCommand({ TableName: at.table, Key: { pk, sk } }));
  return {
    at,
    storage,
    hand: {
      async writePayment(payment) {
        const { id, status, fraud } = payment;
        await put(vendorPaymentItem(payment, 'hand'));
        await put({ ...listKey('open', id), status, fraud_status: fraud.status });
        for (const approval of payment.approvals) await put(approvalKey(id, approval));
      },
      async writeLinks(id, links) {
        const stored = (await storage.auditLog.of(id))._unsafeUnwrap();
        for (const { sequence } of stored) await remove(linkKey(id, sequence));
        for (const link of links) await put(linkItem(link));
      },
    },
    close: () => storage.close(),
  };
}
