import type { costRecord } from '../../domain/cost/cost-record.ts';

type CostRecord = ReturnType<typeof costRecord>;

const WIDTH = 14;

/** An estimate for people: three bills beside each other, what one request takes, and what would cost less. */
export function costText(record: CostRecord): string {
  const { usage, recommendations } = record;
  const measured =
    record.capacity_measured_on === undefined
      ? `bytes in Aurora measured on ${record.aurora.capacity_measured_on}`
      : `capacity measured on ${record.capacity_measured_on}`;
  const lines = [
    `${usage.transactions_per_month} transactions a month in ${record.region}, ${usage.queries_per_transaction} queries each, kept for ${usage.retention_days} days`,
    `US dollars, prices of ${record.prices_as_of}, ${measured}`,
    '',
    ...billLines(record),
    '',
    `a transaction  ${exact(record.per_transaction)}`,
    ...Object.entries(record.requests).map(
      ([kind, each]) =>
        `  ${kind.padEnd(15)}${exact(each.cost)}  ${each.write_units + each.index_write_units} write units, ${each.read_units + each.index_read_units} read units, ${each.stored_bytes} bytes kept`,
    ),
    ...recommendations.flatMap(({ says, wrong_when, monthly_saving }, index) => [
      '',
      `${index + 1}. saves ${monthly_saving.toFixed(2)} a month. ${says}`,
      `   Wrong when: ${wrong_when}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function billLines(record: CostRecord): readonly string[] {
  const bills = [record, record.provisioned, record.aurora];
  const names = new Set(bills.flatMap(({ items }) => Object.keys(items)));
  const row = (name: string, cells: readonly string[]) =>
    `${name.padEnd(15)}${cells.map((cell) => cell.padStart(WIDTH)).join('')}`;
  const cell = (amount: number | undefined) => (amount === undefined ? '' : amount.toFixed(2));
  return [
    row('a month', ['on demand', 'provisioned', 'Aurora']),
    ...[...names].map((name) =>
      row(
        name,
        bills.map(({ items }) => cell(items[name]?.monthly)),
      ),
    ),
    row(
      'total',
      bills.map(({ monthly_total }) => cell(monthly_total)),
    ),
    row(
      'a year',
      bills.map(({ yearly_total }) => cell(yearly_total)),
    ),
  ];
}

/** Parts of a cent, without an exponent. */
const exact = (amount: number): string => amount.toFixed(9);
