import { err, ok, ResultAsync } from 'neverthrow';
import {
  type CreateMerchantFailure,
  createMerchant,
  type MerchantPorts,
  type NewMerchant,
} from '../../application/merchants/create-merchant.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { type MerchantId, parseMerchantId } from '../../domain/kernel/ids.ts';

export const DEMO_MERCHANTS: readonly NewMerchant[] = [
  demoMerchant('merchant-123', 'Demo Merchant 123'),
  demoMerchant('merchant-456', 'Demo Merchant 456'),
];

const origin: Origin = { actor: { id: 'paywright', type: 'system' }, requestId: 'demo-merchants' };

/** Adds those that are missing; the others stay as they have become. */
export const addDemoMerchants = (
  ports: MerchantPorts,
): ResultAsync<void, Exclude<CreateMerchantFailure, { kind: 'MerchantExists' }>> =>
  ResultAsync.combine(
    DEMO_MERCHANTS.map((merchant) =>
      createMerchant(ports)({ ...merchant, origin })
        .map(() => undefined)
        .orElse((failure) => (failure.kind === 'MerchantExists' ? ok(undefined) : err(failure))),
    ),
  ).map(() => undefined);

function demoMerchant(text: string, name: string): NewMerchant {
  const id = parseMerchantId(text) as MerchantId;
  return { id, name, email: `${text}@example.com` };
}
