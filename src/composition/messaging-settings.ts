/** Where approvers' tools receive from. `storage` stands in for a queue, in the database of approvals. */
export type QueueSettings =
  | Readonly<{ kind: 'storage' }>
  | Readonly<{ kind: 'sqs'; url: string; region: string }>;

/** Where other systems listen. `storage` stands in for a bus, likewise. */
export type BusSettings =
  | Readonly<{ kind: 'storage' }>
  | Readonly<{ kind: 'event_bridge'; name: string; region: string }>;
