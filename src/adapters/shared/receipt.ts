/** What a stand-in's consumer holds of a message: its event's id, and how often it had been received when the consumer got it. */
type Held = Readonly<{ eventId: string; receives: number }>;

export const receiptOf = ({ eventId, receives }: Held): string => `${eventId} ${receives}`;

const RECEIPT = /^(evt_[0-9a-f]{32}) (\d{1,9})$/;

/** Those that are receipts of ours; others hold nothing. */
export const heldBy = (receipts: readonly string[]): readonly Held[] =>
  receipts.flatMap((receipt) => {
    const [, eventId, receives] = RECEIPT.exec(receipt) ?? [];
    return eventId === undefined ? [] : [{ eventId, receives: Number(receives) }];
  });
