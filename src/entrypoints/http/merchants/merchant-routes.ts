import type { z } from 'zod';
import type {
  ChangeMerchant,
  ChangeMerchantRequest,
} from '../../../application/merchants/change-merchant.ts';
import type { CreateMerchant } from '../../../application/merchants/create-merchant.ts';
import type { GetMerchant, ListMerchants } from '../../../application/merchants/read-merchants.ts';
import { type MerchantId, parseMerchantId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { type Merchant, publishedMerchant, type RateLimits } from '../../../domain/merchants/merchant.ts';
import type { TenantHandler } from '../payments/payment-routes.ts';
import type { AdminHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, type HttpContext, originOf, refuse } from '../server/request-context.ts';
import { merchantChange, merchantsQuery, newMerchant } from './merchant-schemas.ts';

export const postMerchantHandler =
  ({ createMerchant }: Readonly<{ createMerchant: CreateMerchant }>): AdminHandler =>
  (c) =>
    readJson(c.req.raw)
      .andThen((body) => parseBody(newMerchant, body))
      .andThen(({ id, name, email, processor_config, ...optional }) =>
        createMerchant({
          ...fieldsOf(optional),
          // The schema let only ids of merchants through.
          id: id as MerchantId,
          name,
          email,
          ...present({ processorConfig: processor_config }),
          origin: originOf(c, 'admin'),
        }),
      )
      .match(
        (merchant) => answerJson(201, textOf(merchant), { Location: `/merchants/${merchant.id}` }),
        (failure) => refuse(c, failure),
      );

export const patchMerchantHandler =
  ({ changeMerchant }: Readonly<{ changeMerchant: ChangeMerchant }>): AdminHandler =>
  async (c) => {
    const id = idOf(c);
    if (id === undefined) return refuse(c, { kind: 'MerchantNotFound' });
    return readJson(c.req.raw)
      .andThen((body) => parseBody(merchantChange, body))
      .andThen(({ processor_config, ...change }) =>
        changeMerchant({
          ...fieldsOf(change),
          id,
          ...present({ processorConfig: processor_config }),
          origin: originOf(c, 'admin'),
        }),
      )
      .match(
        (merchant) => answerJson(200, textOf(merchant)),
        (failure) => refuse(c, failure),
      );
  };

export const getMerchantsHandler =
  ({ listMerchants }: Readonly<{ listMerchants: ListMerchants }>): AdminHandler =>
  (c) =>
    parseQuery(merchantsQuery, new URL(c.req.url).searchParams)
      .asyncAndThen((query) => listMerchants(pageOf(query)))
      .match(
        ({ items, nextCursor }) =>
          answerJson(
            200,
            jsonText({
              items: items.map(publishedMerchant),
              next_cursor: nextCursor ?? null,
              has_more: nextCursor !== undefined,
            }),
          ),
        (failure) => refuse(c, failure),
      );

export const getMerchantHandler =
  (parts: Readonly<{ getMerchant: GetMerchant }>): AdminHandler =>
  async (c) => {
    const id = idOf(c);
    return id === undefined ? refuse(c, { kind: 'MerchantNotFound' }) : answerMerchant(parts, c, id);
  };

export const getOwnMerchantHandler =
  (parts: Readonly<{ getMerchant: GetMerchant }>): TenantHandler =>
  (c, merchantId) =>
    answerMerchant(parts, c, merchantId);

const answerMerchant = (
  { getMerchant }: Readonly<{ getMerchant: GetMerchant }>,
  c: HttpContext,
  id: MerchantId,
): Promise<Response> =>
  getMerchant(id).match(
    (merchant) => answerJson(200, textOf(merchant)),
    (failure) => refuse(c, failure),
  );

/** What cannot be the id of a merchant at all is nobody's. */
const idOf = (c: HttpContext): MerchantId | undefined => parseMerchantId(c.req.param('id') ?? '');

const textOf = (merchant: Merchant): string => jsonText(publishedMerchant(merchant));

type Body = z.output<typeof merchantChange>;
type Fields = Omit<ChangeMerchantRequest, 'id' | 'origin' | 'processorConfig'>;

const fieldsOf = ({
  name,
  email,
  status,
  features,
  rate_limits,
}: Omit<Body, 'processor_config'>): Fields => ({
  ...present({ name, email, status, features }),
  ...(rate_limits === undefined ? {} : { rateLimits: limitsOf(rate_limits) }),
});

const limitsOf = ({
  payments_per_minute,
  payments_per_day,
  max_payment_amount,
}: NonNullable<Body['rate_limits']>): Partial<RateLimits> => ({
  ...present({ paymentsPerMinute: payments_per_minute, paymentsPerDay: payments_per_day }),
  ...(max_payment_amount === undefined ? {} : { maxPaymentAmount: BigInt(max_payment_amount) }),
});
