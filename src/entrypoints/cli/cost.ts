import type { Result } from 'neverthrow';
import { TOKENS } from '../../composition/tokens.ts';
import { costRecord } from '../../domain/cost/cost-record.ts';
import { type Estimate, estimate, type RegionNotPriced } from '../../domain/cost/estimate.ts';
import type { PriceTable } from '../../domain/cost/prices.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import { costQuery, costRequest } from '../http/cost/cost-schemas.ts';
import { parseQuery } from '../http/server/list-input.ts';
import type { Config } from './config.ts';
import { costText } from './cost-text.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { notOpened, openPlatform } from './open-platform.ts';
import { priceFile } from './price-file.ts';
import type { Terminal } from './terminal.ts';

/** Texts as they were typed, held to the rules of `GET /cost`. */
export type CostOptions = Readonly<{
  preset?: string;
  transactionsPerMonth?: string;
  queriesPerTransaction?: string;
  refundsPerTransaction?: string;
  retentionDays?: string;
  region?: string;
  regions?: string;
  utilisation?: string;
  prices?: string;
  json?: boolean;
}>;

type Asked = ReturnType<typeof costRequest> & Readonly<{ prices?: PriceTable }>;

/** Estimates the cost of a usage. Opens and reads nothing but a file of prices. */
export async function costCommand(options: CostOptions, terminal: Terminal): Promise<ExitCode> {
  const asked = await requestOf(options, terminal);
  return asked === undefined ? EXIT.usage : shown(estimate(asked), options, terminal);
}

/** Estimates the cost of what a merchant has asked for in the last 30 days. */
export async function merchantCostCommand(
  config: Config,
  merchant: string,
  options: CostOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const asked = await requestOf({ ...options, merchant }, terminal);
  if (asked?.merchantId === undefined) return EXIT.usage;
  const opened = await openPlatform(config);
  if ('says' in opened) return notOpened(opened, terminal.err);
  try {
    const counted = await opened.platform.get(TOKENS.useCases).recentTransactions(asked.merchantId);
    if (counted.isOk()) {
      const usage = { ...asked.usage, transactionsPerMonth: counted.value };
      return shown(estimate({ ...asked, usage }), options, terminal);
    }
    terminal.err(`paywright: ${SAYS[counted.error.kind]}\n`);
    return EXIT.failed;
  } finally {
    await opened.close();
  }
}

const SAYS = {
  MerchantNotFound: 'there is no such merchant',
  StorageUnavailable: 'the storage does not answer',
} as const;

/** Undefined once it has been said what is wrong. */
async function requestOf(
  { prices, json: _json, ...options }: CostOptions & Readonly<{ merchant?: string }>,
  { err }: Terminal,
): Promise<Asked | undefined> {
  const query = new URLSearchParams();
  for (const [name, text] of Object.entries(options))
    if (text !== undefined) query.set(parameterOf(name), text);
  const parsed = parseQuery(costQuery, query);
  if (parsed.isErr()) {
    for (const { path, message } of parsed.error.faults)
      err(`paywright: ${optionOf(path.join('.'))} ${message}\n`);
    return undefined;
  }
  if (prices === undefined) return costRequest(parsed.value);
  const table = await priceFile(prices);
  if (table.isOk()) return { ...costRequest(parsed.value), prices: table.value };
  err(`paywright: ${table.error}\n`);
  return undefined;
}

const parameterOf = (name: string): string =>
  name === 'merchant' ? 'merchant_id' : name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const optionOf = (parameter: string): string =>
  parameter === 'merchant_id' ? '--merchant' : `--${parameter.replaceAll('_', '-')}`;

function shown(
  estimated: Result<Estimate, RegionNotPriced>,
  { json = false }: CostOptions,
  terminal: Terminal,
): ExitCode {
  if (estimated.isErr()) return notPriced(estimated.error, terminal);
  const record = costRecord(estimated.value);
  terminal.out(json ? `${jsonText(record)}\n` : costText(record));
  return EXIT.ok;
}

function notPriced({ region, priced }: RegionNotPriced, { err }: Terminal): ExitCode {
  err(`paywright: there are no prices of ${region}; there are of ${priced.join(', ')}\n`);
  return EXIT.usage;
}
