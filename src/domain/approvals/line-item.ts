import { err, ok, type Result } from 'neverthrow';
import type { CurrencyCode } from '../kernel/currency.ts';
import { type Money, money } from '../kernel/money.ts';
import type { LineItemId } from './ids.ts';

/** One thing that is paid for. `total` is quantity × unit price, exactly. */
export type LineItem = Readonly<{
  id: LineItemId;
  description: string;
  quantity: number;
  unitPrice: Money;
  total: Money;
}>;

export type LineItemDraft = Readonly<{
  id: LineItemId;
  /** 1–255 characters. */
  description: string;
  /** Whole, ≥ 1. */
  quantity: number;
  /** ≥ 0. */
  unitPriceCents: bigint;
}>;

export type LineItemsMissing = Readonly<{ kind: 'LineItemsMissing' }>;
export type TooManyLineItems = Readonly<{ kind: 'TooManyLineItems'; most: number }>;
export type LineItemInvalid = Readonly<{
  kind: 'LineItemInvalid';
  index: number;
  field: 'description' | 'quantity' | 'unitPriceCents';
}>;
/** A line, or all lines together, would come to more than a JSON number says exactly. */
export type AmountTooLarge = Readonly<{ kind: 'AmountTooLarge' }>;
export type LineItemsRefused = LineItemsMissing | TooManyLineItems | LineItemInvalid | AmountTooLarge;

export const MOST_LINE_ITEMS = 100;
const LONGEST_DESCRIPTION = 255;
const MOST_CENTS = BigInt(Number.MAX_SAFE_INTEGER);

/** The lines of a payment and what they come to. */
export function addUp(
  drafts: readonly LineItemDraft[],
  currency: CurrencyCode,
): Result<Readonly<{ lineItems: readonly LineItem[]; total: Money }>, LineItemsRefused> {
  if (drafts.length === 0) return err({ kind: 'LineItemsMissing' });
  if (drafts.length > MOST_LINE_ITEMS) return err({ kind: 'TooManyLineItems', most: MOST_LINE_ITEMS });
  const lineItems: LineItem[] = [];
  let total = 0n;
  for (const [index, draft] of drafts.entries()) {
    const field = faultIn(draft);
    if (field !== undefined) return err({ kind: 'LineItemInvalid', index, field });
    const lineTotal = BigInt(draft.quantity) * draft.unitPriceCents;
    total += lineTotal;
    if (lineTotal > MOST_CENTS || total > MOST_CENTS) return err({ kind: 'AmountTooLarge' });
    const { id, description, quantity, unitPriceCents } = draft;
    const unitPrice = money(unitPriceCents, currency);
    lineItems.push({ id, description, quantity, unitPrice, total: money(lineTotal, currency) });
  }
  return ok({ lineItems, total: money(total, currency) });
}

/** 1–255 characters, counted as Postgres does, by code point. */
export function isDescription(text: string): boolean {
  const units = text.length;
  return units > 0 && units <= 2 * LONGEST_DESCRIPTION && Array.from(text).length <= LONGEST_DESCRIPTION;
}

function faultIn({
  description,
  quantity,
  unitPriceCents,
}: LineItemDraft): LineItemInvalid['field'] | undefined {
  if (!isDescription(description)) return 'description';
  if (!Number.isSafeInteger(quantity) || quantity < 1) return 'quantity';
  return unitPriceCents < 0n || unitPriceCents > MOST_CENTS ? 'unitPriceCents' : undefined;
}
