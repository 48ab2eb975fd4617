import { err, ok, type Result } from 'neverthrow';
import type { AmountsByCurrency } from '../kernel/currency.ts';
import type { MerchantId } from '../kernel/ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from '../kernel/instant.ts';
import { canonicalJson, type JsonObject, type Whole, whole } from '../kernel/json.ts';
import type { Money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import { revised } from '../kernel/revision.ts';
import type { Sealed, WrappedKey } from '../kernel/sealed.ts';
import {
  changeLimits,
  eachAmount,
  type PublishedRateLimits,
  publishedLimits,
  type RateLimits,
  type RateLimitsChange,
  restoreLimits,
} from './payment-limits.ts';
import type { SettlementMappings } from './settlement-mapping.ts';

/** How long a processor takes to pay out where a merchant says nothing else. */
export const SETTLEMENT_DELAY_DAYS = 3;

/** How far settled amounts and fees may differ from ours, in minor units of a currency; not at all where the merchant says nothing. */
export const toleranceOf = (merchant: Pick<Merchant, 'settlementTolerances'> | undefined) => {
  const tolerances: Readonly<Record<string, bigint>> = merchant?.settlementTolerances ?? {};
  return (currency: string): bigint => tolerances[currency] ?? 0n;
};

/** What the processor must know to act for a merchant, as only the vault can read it. It is never published. */
export type SealedConfig = Readonly<{ key: WrappedKey; sealed: Sealed }>;

/** A tenant. Its `merchantId` is its own id: it is stored under itself. */
export type Merchant = Readonly<{
  kind: 'merchant';
  merchantId: MerchantId;
  id: MerchantId;
  name: string;
  email: string;
  status: 'active' | 'suspended';
  /** Why it is suspended, in the words of an administrator; absent where none were given, and of an active one. */
  statusReason?: string;
  features: readonly string[];
  rateLimits: RateLimits;
  /** Whether a refund is refused that the available balance does not cover; else it may take the balance below zero. */
  refundsNeedBalance: boolean;
  /** How far a processor's file may differ in an amount or fee and still match; 0 in currencies that are not named. */
  settlementTolerances?: AmountsByCurrency;
  /** How the merchant's own kinds of settlement files are read, by name. */
  settlementMappings?: SettlementMappings;
  /** After so many days a transaction ought to be in a file; absent: `SETTLEMENT_DELAY_DAYS`. */
  settlementDelayDays?: number;
  /** Up to which amounts one person resolves an exception alone; absent: up to any. */
  resolutionLimits?: AmountsByCurrency;
  processorConfig?: SealedConfig;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  auditHash: string;
}>;

/** Unknown or suspended: no payment is taken for it. */
export type MerchantInactive = Readonly<{ kind: 'MerchantInactive'; merchantId: MerchantId }>;

export function activeMerchant(
  merchant: Merchant | undefined,
  merchantId: MerchantId,
): Result<Merchant, MerchantInactive> {
  return merchant?.status === 'active' ? ok(merchant) : err({ kind: 'MerchantInactive', merchantId });
}

/**
 * Whether a second person has to confirm what is done about such an amount. No currency is converted: a merchant that has a limit
 * in some currency has none to spare in those that it does not name. What is not known is above no limit.
 */
export function needsSecondPerson(
  { resolutionLimits }: Pick<Merchant, 'resolutionLimits'>,
  amount: Money | undefined,
): boolean {
  if (resolutionLimits === undefined || amount === undefined) return false;
  return amount.minorUnits > (resolutionLimits[amount.currency] ?? 0n);
}

/** What a merchant is called and may do. Without a name or email there is no merchant; the rest has defaults. */
export type MerchantTerms = Pick<
  Merchant,
  'name' | 'email' | 'status' | 'features' | 'rateLimits' | 'refundsNeedBalance'
>;

const FREELY: Omit<MerchantTerms, 'name' | 'email'> = {
  status: 'active',
  features: [],
  rateLimits: { paymentsPerMinute: 0, paymentsPerDay: 0, maxPaymentAmount: 0n },
  refundsNeedBalance: false,
};

/**
 * Named fields take the place of those before; limits that are not named stay, and so does the reason of a suspension that goes on.
 * A config of null is taken away.
 */
export type MerchantChange = Readonly<{
  name?: string;
  email?: string;
  status?: Merchant['status'];
  /** Of a suspension; resuming takes it away. */
  statusReason?: string;
  features?: readonly string[];
  rateLimits?: RateLimitsChange;
  refundsNeedBalance?: boolean;
  /** All of them: with none named, nothing may differ. */
  settlementTolerances?: AmountsByCurrency;
  /** All of them: with none named, there are none. */
  settlementMappings?: SettlementMappings;
  settlementDelayDays?: number;
  /** All of them: with none named, one person resolves any. */
  resolutionLimits?: AmountsByCurrency;
  processorConfig?: SealedConfig | null;
}>;

/** A new merchant: active, without limits or features, unless `terms` say otherwise. */
export const openMerchant = ({
  id,
  createdAt,
  ...terms
}: MerchantChange &
  Pick<MerchantTerms, 'name' | 'email'> &
  Readonly<{ id: MerchantId; createdAt: Instant }>): Merchant =>
  applied(terms, {
    kind: 'merchant',
    merchantId: id,
    id,
    ...FREELY,
    name: terms.name,
    email: terms.email,
    version: 1,
    createdAt,
    updatedAt: createdAt,
    auditHash: '',
  });

/** The merchant's next version; the very same merchant when the change changes nothing. */
export function changeMerchant(merchant: Merchant, change: MerchantChange, now: Instant): Merchant {
  const changed = applied(change, merchant);
  return canonicalJson(merchantRecord(changed)) === canonicalJson(merchantRecord(merchant))
    ? merchant
    : revised(changed, now);
}

function applied(
  {
    processorConfig,
    rateLimits,
    settlementTolerances,
    settlementMappings,
    resolutionLimits,
    statusReason,
    ...named
  }: MerchantChange,
  merchant: Merchant,
): Merchant {
  const {
    processorConfig: before,
    settlementTolerances: tolerated,
    settlementMappings: read,
    resolutionLimits: limited,
    statusReason: said,
    ...rest
  } = merchant;
  const tolerances = settlementTolerances ?? tolerated ?? {};
  const mappings = settlementMappings ?? read ?? {};
  const limits = resolutionLimits ?? limited ?? {};
  const config = processorConfig === undefined ? before : processorConfig;
  const status = named.status ?? merchant.status;
  return {
    ...rest,
    ...named,
    ...(status === 'suspended' ? present({ statusReason: statusReason ?? said }) : {}),
    rateLimits:
      rateLimits === undefined ? merchant.rateLimits : changeLimits(merchant.rateLimits, rateLimits),
    ...(Object.keys(tolerances).length === 0 ? {} : { settlementTolerances: tolerances }),
    ...(Object.keys(mappings).length === 0 ? {} : { settlementMappings: mappings }),
    ...(Object.keys(limits).length === 0 ? {} : { resolutionLimits: limits }),
    ...(config === undefined || config === null ? {} : { processorConfig: config }),
  };
}

/** A merchant flat, under the names it is published with. */
export type PublishedMerchant = Readonly<{
  id: MerchantId;
  name: string;
  email: string;
  status: Merchant['status'];
  /** Absent: none was given. */
  status_reason?: string;
  features: readonly string[];
  rate_limits: PublishedRateLimits;
  /** Absent: no. */
  refunds_need_balance?: true;
  /** Absent: none. */
  settlement_tolerances?: Readonly<{ [currency: string]: Whole }>;
  /** Absent: none. */
  settlement_mappings?: SettlementMappings;
  /** Absent: 3. */
  settlement_delay_days?: number;
  /** Absent: none. */
  resolution_limits?: Readonly<{ [currency: string]: Whole }>;
  version: number;
  created_at: string;
  updated_at: string;
}>;

/** What is stored: what is published, and what is not. */
export type MerchantRecord = PublishedMerchant &
  Readonly<{ processor_config?: Readonly<{ sealed: Sealed; key_id: string; data_key: string }> }>;

/** All that may be published of a merchant, to itself and to those who manage it. */
export const publishedMerchant = (merchant: Merchant): PublishedMerchant => ({
  id: merchant.id,
  name: merchant.name,
  email: merchant.email,
  status: merchant.status,
  ...present({ status_reason: merchant.statusReason }),
  features: merchant.features,
  rate_limits: publishedLimits(merchant.rateLimits),
  ...(merchant.refundsNeedBalance ? { refunds_need_balance: true } : {}),
  ...(merchant.settlementTolerances === undefined
    ? {}
    : { settlement_tolerances: eachAmount(merchant.settlementTolerances, whole) }),
  ...present({ settlement_mappings: merchant.settlementMappings }),
  ...present({ settlement_delay_days: merchant.settlementDelayDays }),
  ...(merchant.resolutionLimits === undefined
    ? {}
    : { resolution_limits: eachAmount(merchant.resolutionLimits, whole) }),
  version: merchant.version,
  created_at: rfc3339(merchant.createdAt),
  updated_at: rfc3339(merchant.updatedAt),
});

export function merchantRecord(merchant: Merchant): MerchantRecord {
  const { processorConfig: config } = merchant;
  if (config === undefined) return publishedMerchant(merchant);
  const { keyId: key_id, wrapped: data_key } = config.key;
  return { ...publishedMerchant(merchant), processor_config: { sealed: config.sealed, key_id, data_key } };
}

/** What the audit trail holds: the config as ciphertext, so that a change of it is seen, and no key that opens it. */
export function merchantSnapshot(merchant: Merchant): JsonObject {
  const { processor_config: config, ...published } = merchantRecord(merchant);
  if (config === undefined) return published;
  const { sealed, key_id } = config;
  return { ...published, processor_config: { sealed, key_id } };
}

export const restoreMerchant = (record: MerchantRecord, auditHash: string): Merchant => {
  const { rate_limits: limits, processor_config: config } = record;
  return {
    kind: 'merchant',
    merchantId: record.id,
    id: record.id,
    name: record.name,
    email: record.email,
    status: record.status,
    ...present({ statusReason: record.status_reason }),
    features: record.features,
    rateLimits: restoreLimits(limits),
    refundsNeedBalance: record.refunds_need_balance === true,
    ...(record.settlement_tolerances === undefined
      ? {}
      : { settlementTolerances: eachAmount(record.settlement_tolerances, BigInt) }),
    ...present({ settlementMappings: record.settlement_mappings }),
    ...present({ settlementDelayDays: record.settlement_delay_days }),
    ...(record.resolution_limits === undefined
      ? {}
      : { resolutionLimits: eachAmount(record.resolution_limits, BigInt) }),
    ...(config === undefined
      ? {}
      : {
          processorConfig: {
            key: { keyId: config.key_id, wrapped: config.data_key },
            sealed: config.sealed,
          },
        }),
    version: record.version,
    createdAt: fromRfc3339(record.created_at),
    updatedAt: fromRfc3339(record.updated_at),
    auditHash,
  };
};
